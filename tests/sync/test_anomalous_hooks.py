"""Deliveries of odd shapes: refused, or kept and worked off with a reason; the board stays as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from planning.models import WorkItem
from sync.models import Attempt, Delivery
from sync.webhook import inbox
from sync.webhook.inbox import Verdict
from tests.sync.world import World

UPDATED = "jira:issue_updated"
# What there is no telling from, and what is left of it: an event, an issue's id, neither.
ODD: dict[str, dict[str, Any]] = {
    "no issue": {"webhookEvent": UPDATED},
    "an empty issue": {"webhookEvent": UPDATED, "issue": {}},
    "an issue that is a list": {"webhookEvent": UPDATED, "issue": [1, 2]},
    "an issue that is a word": {"webhookEvent": UPDATED, "issue": "A-1"},
    "an id that is an object": {"webhookEvent": UPDATED, "issue": {"id": {"$ne": 0}}},
    "an id that is a truth": {"webhookEvent": UPDATED, "issue": {"id": True}},
    "an id that is a sentence": {"webhookEvent": UPDATED, "issue": {"id": "1 OR project = X"}},
    "an id of many digits": {"webhookEvent": UPDATED, "issue": {"id": "9" * 400}},
    "a negative id": {"webhookEvent": UPDATED, "issue": {"id": -1}},
    "an id that Jira lacks": {"webhookEvent": UPDATED, "issue": {"id": "987654321"}},
    "a key that is a path": {"webhookEvent": UPDATED, "issue": {"id": "", "key": "../../admin"}},
    "fields that are no fields": {"webhookEvent": UPDATED, "issue": {"id": "5", "fields": 7}},
    "a time before all time": {
        "webhookEvent": UPDATED,
        "timestamp": -(10**30),
        "issue": {"id": "5"},
    },
    "a time in words": {"webhookEvent": UPDATED, "timestamp": "noon", "issue": {"id": "5"}},
    "a changelog of nothing": {"webhookEvent": UPDATED, "issue": {"id": "5"}, "changelog": [None]},
    "a link without ends": {"webhookEvent": "issuelink_created", "issueLink": {}},
    "a link to itself": {
        "webhookEvent": "issuelink_created",
        "issueLink": {"id": 1, "sourceIssueId": 5, "destinationIssueId": 5},
    },
    "a sprint that is null": {"webhookEvent": "sprint_updated", "sprint": None},
    "an event of a plugin": {"webhookEvent": "com.example:thing_happened", "issue": {"id": "5"}},
    "an event that is no word": {"webhookEvent": 17, "issue": {"id": "5"}},
    "an event without end": {"webhookEvent": "x" * 5000, "issue": {"id": "5"}},
    "no event": {"issue": {"id": "5"}},
    "nothing at all": {},
}


def board() -> list[tuple[Any, ...]]:
    return list(WorkItem.objects.order_by("pk").values_list("pk", "version", "summary", "deleted"))


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_it_ends_with_a_reason_and_changes_nothing(world: World, body: dict[str, Any]):
    before = board()
    verdict, _ = inbox.accept(world.connection.webhook_token, {}, json.dumps(body).encode())
    for _ in range(8):  # as often as a failing one is tried
        world.drain()
    assert board() == before
    if verdict is Verdict.BAD:
        assert not Delivery.objects.exists()
        return
    row = Delivery.objects.get()
    assert row.state in ("done", "ignored", "unsupported")
    assert row.detail or Attempt.objects.filter(delivery=row).exists() or row.state != "done"


def test_what_came_after_an_odd_one_is_not_held_up(world: World):
    for body in ODD.values():
        inbox.accept(world.connection.webhook_token, {}, json.dumps(body).encode())
    item = world.first()
    world.edit_issue(item.remote_key, summary="Still heard")
    issue = {"id": item.remote_id, "key": item.remote_key}
    world.hook({"webhookEvent": UPDATED, "timestamp": 1, "issue": issue})
    world.drain()
    item.refresh_from_db()
    assert item.summary == "Still heard"
    assert set(Delivery.objects.values_list("state", flat=True)) <= {
        "done",
        "ignored",
        "unsupported",
    }
