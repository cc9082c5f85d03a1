"""Trying many again by API: a count first, then all that fit; ids that callers see are UUIDs."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from planning.models import Change
from sync.models import Delivery
from tests.sync.test_drain import deliver
from tests.sync.world import World


def test_failed_deliveries_are_counted_then_replayed(
    world: World, api: Callable, token_of: Callable
):
    caller = api(token_of(world.person))
    for number in range(3):
        deliver(world, "jira:issue_updated", world.first().remote_id, number)
    Delivery.objects.update(state="failed", faults=4)
    (row, *_rest) = caller.get("/sync/deliveries?state=failed").json()["items"]
    assert uuid.UUID(row["id"])
    assert caller.post(f"/sync/deliveries/{row['id']}/replay").status_code == 202
    mine = {"connection": str(world.connection.pk), "dry": True}
    assert caller.post("/sync/deliveries/replay", mine).json() == {"count": 2, "dry": True}
    assert caller.post("/sync/deliveries/replay", {}).json() == {"count": 2, "dry": False}
    world.drain()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}


def test_parked_changes_are_counted_then_sent(world: World, api: Callable, token_of: Callable):
    caller = api(token_of(world.person))
    item = world.edit(world.first(), summary="Sent in the end")
    Change.objects.update(state="parked")
    (row,) = caller.get("/sync/changes?state=parked").json()["items"]
    assert row["id"] == str(Change.objects.get().operation)
    later = {"since": "2999-01-01T00:00:00Z", "dry": True}
    assert caller.post("/sync/changes/replay", later).json()["count"] == 0
    project = {"project": str(world.project.pk)}
    assert caller.post("/sync/changes/replay", project).json()["count"] == 1
    world.settle()
    assert world.issue(item.remote_key)["summary"] == "Sent in the end"


def test_what_is_no_filter_is_refused(world: World, api: Callable, token_of: Callable):
    caller = api(token_of(world.person))
    assert caller.post("/sync/changes/replay", {"state": "settled"}).status_code == 422
    assert caller.post("/sync/deliveries/replay", {"since": "yesterday"}).status_code == 422
