"""Deliveries that real Jiras have sent survive the drain: each ends done or skipped with a reason."""

from __future__ import annotations

import json

from planning.models import WorkItem
from sync.models import Attempt, Delivery
from sync.webhook import inbox
from tests.sync.test_drain import deliver
from tests.sync.world import World
from tests.vendor_data import recorded, vendor_data

FOLDERS = ("webhooks-cloud-2020", "webhooks-server-and-cloud")


def test_every_recorded_delivery_is_worked_off(world: World):
    vendor_data("recorded")
    before = WorkItem.objects.live().count()
    bodies = [path.read_bytes() for path in recorded(*FOLDERS)]
    sent = [body for body in bodies if "webhookEvent" in json.loads(body)]
    verdicts = {inbox.accept(world.connection.webhook_token, {}, body)[0] for body in sent}
    assert verdicts <= {"stored", "repeated"}
    assert Delivery.objects.count() > 50
    for _ in range(6):
        world.drain()
    states = set(Delivery.objects.values_list("state", flat=True))
    assert states <= {"done", "ignored", "unsupported"}
    assert WorkItem.objects.live().count() == before


def test_each_delivery_says_what_became_of_it(world: World):
    item = world.first()
    deliver(world, "jira:issue_updated", item.remote_id)
    deliver(world, "comment_created", "", 2, issue=None)
    world.drain()
    read, skipped = Attempt.objects.exclude(delivery=None).order_by("delivery_id")
    assert (read.step, read.outcome, read.item_id) == ("read", "done", item.pk)
    assert (skipped.step, skipped.outcome) == ("filter", "skipped")
    assert "names no issue" in skipped.message
