"""A worker killed at any point of an edit: both sides end equal, and nothing is written twice over."""

from __future__ import annotations

import pytest

from planning import card_moves
from planning.models import Change, WorkItem
from sync.models import Conflict
from tests.sync.world import World

POINTS = ["edit.claimed", "edit.written", "edit.read_back", "edit.settled"]


@pytest.mark.parametrize("place", POINTS)
def test_fields_and_status_arrive(world: World, killed_at, place: str):
    item = world.first()
    other = next(name for name in world.project.status_map if name != item.status)
    world.edit(item, summary="Survivor", story_points=8, status=other)
    with killed_at(place):
        world.push(rounds=1)
    world.settle()
    item.refresh_from_db()
    assert world.issue(item.remote_key)["summary"] == "Survivor"
    assert (item.summary, item.story_points, item.sync_state) == ("Survivor", 8, "synced")
    assert not Change.objects.exclude(state="settled").exists()


@pytest.mark.parametrize("place", ["edit.claimed", "edit.written", "edit.settled"])
def test_a_new_place_in_the_order_arrives(world: World, killed_at, place: str):
    cell = list(WorkItem.objects.filter(project=world.project, iteration=None).order_by("rank"))
    card_moves.move_item(cell[-1].pk, actor=world.person, before=cell[0].pk)
    with killed_at(place):
        world.push(rounds=1)
    world.settle()
    rank = world.project.field_map["rank"]
    first, last = world.issue(cell[0].remote_key), world.issue(cell[-1].remote_key)
    assert last[rank] < first[rank]
    assert not Change.objects.exclude(state="settled").exists()


@pytest.mark.parametrize("place", POINTS)
def test_what_was_edited_meanwhile_is_sent_as_well(world: World, killed_at, place: str):
    item = world.first()
    world.edit(item, summary="First")
    with killed_at(place):
        world.push(rounds=1)
    world.edit(item, summary="Second")
    world.settle()
    assert world.issue(item.remote_key)["summary"] == "Second"


def test_an_echo_that_comes_before_the_answer_is_no_conflict(world: World, when_at):
    """Jira's webhook is quicker than our own read, and the person has typed on meanwhile."""
    item = world.first()
    world.edit(item, summary="First")

    def meanwhile() -> None:
        world.edit(item, summary="Second")
        world.poll()

    when_at("edit.written", meanwhile)
    world.settle()
    item.refresh_from_db()
    assert item.summary == "Second" == world.issue(item.remote_key)["summary"]
    assert not Conflict.objects.exists()
