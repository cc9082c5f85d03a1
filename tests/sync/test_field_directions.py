"""A field may go one way only: what Jira alone says is taken, what the board alone says is put back."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning.models import Change, WorkItem
from sync.mapping import project_mapping
from sync.models import Conflict
from sync.pairs import conflicts
from tests.sync.world import World

DUE = datetime.date(2027, 1, 31)


def directed(world: World, **ways: str | None) -> None:
    project_mapping.change(world.project, actor=world.person, values={"field_directions": ways})
    world.project = MappedProject.objects.select_related("connection").get(pk=world.project.pk)


def item_of(world: World, **values: Any) -> WorkItem:
    item = world.create("Directed", **values)
    world.settle()
    item.refresh_from_db()
    return item


def test_what_jira_alone_says_is_taken_and_never_sent(world: World) -> None:
    directed(world, due_date="from_jira")
    item = item_of(world)
    world.edit_issue(item.remote_key, duedate="2027-01-31")
    world.poll()
    assert WorkItem.objects.get(pk=item.pk).due_date == DUE
    with pytest.raises(Refused, match="from Jira only"):
        world.edit(item, due_date="2027-02-01")
    with pytest.raises(Refused, match="from Jira only"):
        world.create("New", due_date="2027-02-01")
    world.edit(item, summary="The rest still goes")
    world.settle()
    assert world.issue(item.remote_key)["summary"] == "The rest still goes"
    assert not Conflict.objects.exists()


def test_what_the_board_alone_says_is_put_back_in_jira(world: World) -> None:
    directed(world, due_date="to_jira")
    item = item_of(world, due_date="2027-01-31")
    world.edit_issue(item.remote_key, duedate="2027-02-01", summary="Theirs")
    world.settle()
    item.refresh_from_db()
    assert (item.due_date, item.summary) == (DUE, "Theirs")
    assert world.issue(item.remote_key)["duedate"] == "2027-01-31"
    world.edit_issue(item.remote_key, duedate="2027-02-01")
    world.edit(item, due_date="2027-03-01")
    world.settle()
    assert world.issue(item.remote_key)["duedate"] == "2027-03-01"
    assert not Conflict.objects.exists()
    changes = Change.objects.count()
    world.settle()
    assert Change.objects.count() == changes  # when edits stop, writes stop


def test_an_imported_issue_brings_the_boards_first_value(world: World) -> None:
    directed(world, due_date="to_jira")
    key = world.create_issue("Theirs", duedate="2027-01-31")
    world.settle()
    assert world.item(key).due_date == DUE
    assert world.issue(key)["duedate"] == "2027-01-31"


def test_an_edit_on_its_way_when_the_field_becomes_jiras_is_kept_to_look_at(world: World) -> None:
    item = item_of(world, due_date="2027-01-31")
    world.edit(item, due_date="2027-02-01")
    directed(world, due_date="from_jira")
    world.settle()
    conflict = Conflict.objects.get()
    assert (conflict.field, conflict.board, conflict.taken) == ("due_date", "2027-02-01", "jira")
    assert WorkItem.objects.get(pk=item.pk).due_date == DUE
    assert world.issue(item.remote_key)["duedate"] == "2027-01-31"
    with pytest.raises(Refused, match="from Jira only"):
        conflicts.resolve(conflict.pk, "board", actor=world.person)
    conflicts.resolve(conflict.pk, "jira", actor=world.person)


def test_a_write_race_over_a_field_of_the_boards_is_no_conflict(world: World, when_at: Any) -> None:
    directed(world, due_date="to_jira")
    item = item_of(world, due_date="2027-01-31")
    world.edit(item, due_date="2027-03-01")
    key = item.remote_key
    when_at("edit.claimed", lambda: world.edit_issue(key, duedate="2027-02-01"))
    world.settle()
    assert world.issue(key)["duedate"] == "2027-03-01"
    assert not Conflict.objects.exists()


def test_a_field_that_goes_both_ways_again_is_in_step(world: World) -> None:
    directed(world, due_date="to_jira", summary="from_jira")
    assert world.project.field_directions == {"due_date": "to_jira", "summary": "from_jira"}
    item = item_of(world, due_date="2027-01-31")
    directed(world, due_date="both", summary=None)
    assert world.project.field_directions == {}
    world.edit_issue(item.remote_key, duedate=None)
    world.poll()
    assert WorkItem.objects.get(pk=item.pk).due_date is None


def test_a_field_without_a_pair_has_no_direction(world: World) -> None:
    for name in ("rank", "no_such", "team"):
        with pytest.raises(Refused, match="has no pair"):
            directed(world, **{name: "to_jira"})
    directed(world, due_date="to_jira")
    project_mapping.change(
        world.project, actor=world.person, values={"field_map": {"due_date": None}}
    )
    assert MappedProject.objects.get(pk=world.project.pk).field_directions == {}
