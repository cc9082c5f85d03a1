"""A conflict names who wrote Jira's value, however it was found."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from jira_sandbox.model.site import Event
from jira_sandbox.webhooks.payloads import payload
from planning.models import WorkItem
from sync.models import Conflict
from tests.callers import ApiCaller
from tests.sync.world import World

POLICIES = ["jira_wins", "board_wins", "ask"]


@pytest.fixture
def both(world_with: Callable[..., World]) -> Callable[..., tuple[World, str, list[bytes]]]:
    """`both(policy, points=8)`: both sides edited an item; its key, and the webhooks about it."""

    def made(policy: str = "jira_wins", **theirs: Any) -> tuple[World, str, list[bytes]]:
        world = world_with(conflict_policy=policy)
        sent: list[bytes] = []

        def heard(event: Event) -> None:
            sent.append(json.dumps(payload(world.handle.site, event)).encode())

        item = world.edit(world.first(), summary="board's", story_points=34)
        world.handle.site.listeners.append(heard)
        theirs = theirs or {"summary": "Jira's"}
        world.edit_issue(item.remote_key, **theirs)
        return world, item.remote_key, sent

    return made


def the_admin(world: World) -> str:
    return world.handle.site.users["admin"].display_name


def is_signed(world: World) -> bool:
    conflict = Conflict.objects.get()
    return conflict.jira_author == the_admin(world) and conflict.jira_at is not None


@pytest.mark.parametrize("policy", POLICIES)
def test_by_the_webhook_without_a_further_call(both: Callable[..., Any], policy: str):
    world, _key, sent = both(policy)
    for body in sent:
        world.hook(json.loads(body))
    world.control("POST", "reset")
    world.drain()
    assert is_signed(world)
    reads = {name: n for name, n in world.calls().items() if "field" not in name}
    assert sum(reads.values()) == 1, reads


def test_a_custom_field_by_the_webhook(both: Callable[..., Any]):
    world, key, sent = both(summary="board's")
    points = world.project.field_map["story_points"]
    world.edit_issue(key, **{points: 35})
    for body in sent:
        world.hook(json.loads(body))
    world.drain()
    assert (Conflict.objects.get().field, is_signed(world)) == ("story_points", True)


def test_a_webhook_that_tells_of_another_value_is_not_believed(both: Callable[..., Any]):
    world, _key, sent = both()
    body = json.loads(sent[0])
    body["user"]["displayName"] = "Mallory"
    body["changelog"]["items"][0]["toString"] = "another value"
    world.hook(body)
    world.drain()
    assert is_signed(world)


@pytest.mark.parametrize("how", ["poll", "push", "reconcile"])
@pytest.mark.parametrize("policy", POLICIES)
def test_by_the_changelog(both: Callable[..., Any], how: str, policy: str):
    world, _key, _sent = both(policy)
    getattr(world, how)()
    assert is_signed(world)


def test_an_open_one_costs_its_changelog_once(both: Callable[..., Any]):
    world, key, _sent = both("ask")
    world.poll()
    at = Conflict.objects.get().jira_at
    world.edit_issue(key, description="Something else")
    world.control("POST", "reset")
    world.poll()
    again = sum(n for name, n in world.calls().items() if "bulkfetch" in name)
    assert again == 0
    assert (Conflict.objects.get().jira_at, is_signed(world)) == (at, True)


def test_what_nobody_disputes_costs_no_changelog(both: Callable[..., Any]):
    world, _key, _sent = both(description="Jira's alone")
    world.control("POST", "reset")
    world.push()
    assert sum(world.calls().values()) <= 3
    assert WorkItem.objects.get(remote_key=_key).description == "Jira's alone"


def test_the_api_tells_it(
    both: Callable[..., Any],
    api: Callable[[str | None], ApiCaller],
    token_of: Callable[..., str],
    rte: User,
):
    world, _key, _sent = both("ask")
    world.poll()
    (row,) = api(token_of(rte)).get("/sync/conflicts?state=open").json()["items"]
    assert row["jira_author"] == the_admin(world)
