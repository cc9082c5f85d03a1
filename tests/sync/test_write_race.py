"""What somebody changed in Jira between our read and our write is a conflict, not a loss."""

from __future__ import annotations

import pytest

from planning.models import Change
from sync.models import Conflict
from sync.pairs import conflicts
from tests.sync.world import World

BETWEEN = "edit.claimed"  # the item has been read, nothing is written yet


def raced(world: World, when_at, foreign: dict, **ours):
    item = world.first()
    when_at(BETWEEN, lambda: world.edit_issue(item.remote_key, **foreign))
    world.edit(item, **ours)
    world.settle()
    world.settle()
    item.refresh_from_db()
    return item


def test_jira_wins_and_both_values_are_kept(world: World, when_at):
    item = raced(world, when_at, {"summary": "theirs"}, summary="ours")
    assert item.summary == "theirs" == world.issue(item.remote_key)["summary"]
    conflict = Conflict.objects.get()
    assert (conflict.board, conflict.jira, conflict.taken) == ("ours", "theirs", "jira")
    assert conflict.base not in ("ours", "theirs")
    assert conflict.board_author == "rte"
    assert conflict.jira_author == world.handle.site.users["admin"].display_name
    assert conflict.jira_at is not None


def test_the_board_wins_and_theirs_is_kept(world_with, when_at):
    world = world_with(conflict_policy="board_wins")
    item = raced(world, when_at, {"summary": "theirs"}, summary="ours")
    assert item.summary == "ours" == world.issue(item.remote_key)["summary"]
    conflict = Conflict.objects.get()
    assert (conflict.board, conflict.jira, conflict.taken) == ("ours", "theirs", "board")
    assert conflict.jira_author


def test_asking_leaves_each_side_its_value_until_a_person_decides(world_with, when_at):
    world = world_with(conflict_policy="ask")
    item = raced(world, when_at, {"summary": "theirs"}, summary="ours")
    assert (item.summary, world.issue(item.remote_key)["summary"]) == ("ours", "theirs")
    assert item.sync_state == "conflict"
    assert Change.objects.get(item=item).state == "conflict"
    conflict = Conflict.objects.get(resolved=None)
    conflicts.resolve(conflict.pk, "board", actor=world.person)
    world.settle()
    item.refresh_from_db()
    assert item.summary == "ours" == world.issue(item.remote_key)["summary"]


@pytest.mark.parametrize("name", ["story_points", "labels", "priority", "description"])
def test_every_kind_of_field_is_watched(world: World, when_at, name: str):
    theirs, ours = {
        "story_points": (13, 2),
        "labels": (["theirs"], ["ours"]),
        "priority": ({"name": "Lowest"}, "Highest"),
        "description": ("theirs", "ours"),
    }[name]
    item = raced(world, when_at, {world.project.field_map[name]: theirs}, **{name: ours})
    value = getattr(item, name)
    assert value == (theirs["name"] if isinstance(theirs, dict) else theirs)
    assert Conflict.objects.get().field == name


def test_another_field_of_the_same_issue_is_no_conflict(world: World, when_at):
    item = raced(world, when_at, {"description": "theirs"}, summary="ours")
    assert (item.summary, item.description) == ("ours", "theirs")
    assert not Conflict.objects.exists()


def test_the_same_value_from_both_sides_is_no_conflict(world: World, when_at):
    item = raced(world, when_at, {"summary": "both"}, summary="both")
    assert item.summary == "both"
    assert not Conflict.objects.exists()


@pytest.mark.parametrize("place", ["edit.written", "edit.read_back", "edit.restored"])
def test_a_worker_killed_after_the_write_loses_neither_value(
    world: World, settings, monkeypatch, place
):
    from sync.worker import failpoints
    from tests.sync.conftest import Killed

    item = world.first()
    world.edit(item, summary="ours")

    def act(pid: int, number: int) -> None:
        if place == settings.CRASH_AT:
            raise Killed
        settings.CRASH_AT = place
        world.edit_issue(item.remote_key, summary="theirs")

    settings.CRASH_AT = BETWEEN
    monkeypatch.setattr(failpoints.os, "kill", act)
    with pytest.raises(Killed):
        world.push(rounds=1)
    settings.CRASH_AT = ""
    world.settle()
    world.settle()
    item.refresh_from_db()
    assert item.summary == "theirs" == world.issue(item.remote_key)["summary"]
    conflict = Conflict.objects.get()
    assert (conflict.board, conflict.jira) == ("ours", "theirs")


def test_a_hundred_edits_of_ten_items_cost_twelve_calls(world: World):
    from planning.models import WorkItem

    items = list(WorkItem.objects.live().filter(project=world.project).order_by("rank")[:10])
    assert len(items) == 10
    for number in range(10):
        for item in items:
            world.edit(item, summary=f"Edit {number} of {item.remote_key}")
    world.control("POST", "reset")
    world.push()
    assert sum(world.calls().values()) <= 12
