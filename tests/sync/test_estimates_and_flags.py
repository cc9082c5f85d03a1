"""Estimates of time as what they are, and Jira's flag: both ways, by seconds and by yes or no."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jira_sandbox.server import Handle
from planning.models import WorkItem
from sync.models import Conflict, Shadow
from tests.sync.test_releases_and_dates import later
from tests.sync.world import World, build

HOUR = 3600


def flag_field(world: World) -> str:
    return str(world.project.field_map["flagged"])


def impediment(world: World, yes: bool) -> dict[str, Any]:
    return {flag_field(world): [{"value": "Impediment"}] if yes else None}


def test_jira_tells_the_board(world: World) -> None:
    tracked = {"originalEstimate": "1d 2h", "remainingEstimate": "90m"}
    key = world.create_issue("Told", timetracking=tracked, **impediment(world, True))
    world.poll()
    item = world.item(key)
    assert (item.original_estimate, item.remaining_estimate) == (10 * HOUR, 5400)
    assert item.flagged is True
    world.edit_issue(key, timetracking={"remainingEstimate": "0m"}, **impediment(world, False))
    world.poll()
    item = world.item(key)
    assert (item.original_estimate, item.remaining_estimate, item.flagged) == (10 * HOUR, 0, False)
    assert not Conflict.objects.exists()


def test_the_board_tells_jira(world: World) -> None:
    item = world.create("New", original_estimate=6 * HOUR + 1800, flagged=True)
    world.settle()
    item.refresh_from_db()
    there = world.issue(item.remote_key)
    assert there["timeoriginalestimate"] == 6 * HOUR + 1800
    assert [one["value"] for one in there[flag_field(world)]] == ["Impediment"]
    assert item.remaining_estimate == 6 * HOUR + 1800  # Jira's own rule, taken in
    world.edit(item, original_estimate=None, remaining_estimate=HOUR, flagged=False)
    world.settle()
    there = world.issue(item.remote_key)
    assert (there["timeoriginalestimate"], there["timeestimate"]) == (None, HOUR)
    assert there[flag_field(world)] is None
    item.refresh_from_db()
    assert item.sync_state == "synced"
    assert not Conflict.objects.exists()


def test_both_sides_changed_an_estimate(world: World) -> None:
    item = world.create("Disputed", original_estimate=HOUR, remaining_estimate=HOUR)
    world.settle()
    item.refresh_from_db()
    world.edit_issue(item.remote_key, timetracking={"remainingEstimate": "30m"})
    world.edit(item, remaining_estimate=2 * HOUR)
    world.settle()
    conflict = Conflict.objects.get()
    assert (conflict.field, conflict.base, conflict.board, conflict.jira) == (
        "remaining_estimate",
        HOUR,
        2 * HOUR,
        1800,
    )


def test_a_flag_between_our_read_and_our_write_is_found(
    world: World, when_at: Callable[..., None]
) -> None:
    item = world.create("Raced", flagged=True)
    world.settle()
    item.refresh_from_db()
    key = item.remote_key
    world.edit(item, flagged=False, original_estimate=HOUR)
    flag = impediment(world, False)
    when_at("edit.claimed", lambda: world.edit_issue(key, timetracking={"originalEstimate": "5h"}))
    world.settle()
    assert Conflict.objects.get().jira == 5 * HOUR
    assert world.issue(key)[flag_field(world)] == next(iter(flag.values()))


@pytest.mark.parametrize("screen", ["timetracking", "flagged"])
def test_a_field_off_the_screen_is_parked_and_the_rest_goes(world: World, screen: str) -> None:
    item = world.create("Off the screen")
    world.settle()
    item.refresh_from_db()
    hidden = screen if screen == "timetracking" else flag_field(world)
    site = world.handle.site
    with site.lock:
        site.project(world.project.key).hidden_fields.add(hidden)
    world.edit(item, original_estimate=HOUR, remaining_estimate=HOUR, flagged=True, priority="High")
    world.settle()
    mine = {"original_estimate", "remaining_estimate"} if screen == "timetracking" else {"flagged"}
    assert set(Shadow.objects.get(item=item).parked) == mine
    assert world.issue(item.remote_key)["priority"]["name"] == "High"


def test_mapped_later_loses_nothing_on_either_side(handle: Handle, rte: Any, db: None) -> None:
    world = build(handle, rte, maps={"field_map": {"flagged": None, "original_estimate": None}})
    field = next(one.id for one in handle.site.fields.values() if one.name == "Flagged")
    theirs = world.create_issue(
        "Jira has it",
        timetracking={"originalEstimate": "3h"},
        **{field: [{"value": "Impediment"}]},
    )
    ours = world.create("The board has it", flagged=True, original_estimate=HOUR)
    world.poll()
    world.settle()
    later(world, flagged=field, original_estimate="timeoriginalestimate")
    item = world.item(theirs)
    assert (item.flagged, item.original_estimate) == (True, 3 * HOUR)
    world.push()
    ours = WorkItem.objects.get(pk=ours.pk)
    there = world.issue(ours.remote_key)
    assert (bool(there[field]), there["timeoriginalestimate"]) == (True, HOUR)
    assert not Conflict.objects.exists()
