"""Fix versions, components and dates go both ways, and lose nothing where a person maps them later."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from connections.models import MappedProject
from jira_sandbox.server import Handle
from planning.models import Change, WorkItem
from sync.mapping import project_mapping
from sync.models import Conflict, Shadow
from sync.runs import project_runs
from tests.sync.world import PROJECT, World, build

DUE = datetime.date(2027, 1, 31)


@pytest.fixture
def dated(handle: Handle, rte: Any, db: None) -> World:
    """Where Data Center has the target dates of Advanced Roadmaps, and the project two versions."""
    made = World(handle, None, None, None, rte)  # type: ignore[arg-type]
    made.control("POST", "fields", name="Target start", kind="target-start")
    world = build(handle, rte)
    for name in ("R1", "R2"):
        world.jira("POST", "/rest/api/2/version", project=PROJECT, name=name)
    return world


def names(found: Any) -> list[str]:
    return sorted(one["name"] for one in found)


def start_field(world: World) -> str:
    return str(world.project.field_map["start_date"])


def test_a_new_mapping_takes_what_jira_has(dated: World) -> None:
    start = "customfield_10015" if dated.handle.site.cloud else start_field(dated)
    told = {name: dated.project.field_map[name] for name in ("fix_versions", "components")}
    assert told == {"fix_versions": "fixVersions", "components": "components"}
    assert (dated.project.field_map["due_date"], start_field(dated)) == ("duedate", start)


def test_jira_tells_the_board(dated: World) -> None:
    key = dated.create_issue(
        "Told",
        fixVersions=[{"name": "R2"}, {"name": "R1"}],
        components=[{"name": "Web"}],
        duedate="2027-01-31",
        **{start_field(dated): "2027-01-04"},
    )
    dated.poll()
    item = dated.item(key)
    assert (item.fix_versions, item.components) == (["R1", "R2"], ["Web"])
    assert (item.due_date, item.start_date) == (DUE, datetime.date(2027, 1, 4))
    dated.edit_issue(key, fixVersions=[{"name": "R2"}], components=[], duedate=None)
    dated.poll()
    item = dated.item(key)
    assert (item.fix_versions, item.components, item.due_date) == (["R2"], [], None)
    assert not Conflict.objects.exists()


def test_the_board_tells_jira(dated: World) -> None:
    item = dated.create("New", fix_versions=["R1"], due_date="2027-01-31")
    dated.settle()
    item.refresh_from_db()
    there = dated.issue(item.remote_key)
    assert (names(there["fixVersions"]), there["duedate"]) == (["R1"], "2027-01-31")
    values = {"fix_versions": ["R2", "R1"], "components": ["Web"], "due_date": None}
    dated.edit(item, start_date=DUE, **values)
    dated.settle()
    there = dated.issue(item.remote_key)
    assert (names(there["fixVersions"]), names(there["components"])) == (["R1", "R2"], ["Web"])
    assert (there["duedate"], there[start_field(dated)]) == (None, "2027-01-31")
    item.refresh_from_db()
    assert item.sync_state == "synced"
    assert not Conflict.objects.exists()


def test_the_order_of_a_list_is_no_edit(dated: World) -> None:
    item = dated.create("Ordered", fix_versions=["R1", "R2"])
    dated.settle()
    item.refresh_from_db()
    dated.edit_issue(item.remote_key, fixVersions=[{"name": "R2"}, {"name": "R1"}])
    before = Change.objects.count()
    dated.settle()
    dated.edit(WorkItem.objects.get(pk=item.pk), fix_versions=["R2", "R1"])
    dated.settle()
    assert Change.objects.count() == before
    assert not Conflict.objects.exists()


def test_both_sides_changed_a_list(dated: World) -> None:
    item = dated.create("Disputed", fix_versions=["R1"])
    dated.settle()
    item.refresh_from_db()
    dated.edit_issue(item.remote_key, fixVersions=[{"name": "R2"}])
    dated.edit(item, fix_versions=[])
    dated.settle()
    conflict = Conflict.objects.get()
    assert (conflict.field, conflict.base, conflict.board, conflict.jira) == (
        "fix_versions",
        ["R1"],
        [],
        ["R2"],
    )
    assert conflict.jira_author
    assert WorkItem.objects.get(pk=item.pk).fix_versions == ["R2"]


def test_an_edit_between_our_read_and_our_write_is_found(
    dated: World, when_at: Callable[..., None]
) -> None:
    item = dated.create("Raced", fix_versions=["R1"])
    dated.settle()
    item.refresh_from_db()
    key = item.remote_key
    dated.edit(item, fix_versions=["R1", "R2"])
    when_at("edit.claimed", lambda: dated.edit_issue(key, fixVersions=[]))
    dated.settle()
    assert Conflict.objects.get().jira == []
    assert WorkItem.objects.get(pk=item.pk).fix_versions == []
    assert dated.issue(key)["fixVersions"] == []


def later(world: World, **fields: str) -> None:
    project_mapping.change(world.project, actor=world.person, values={"field_map": fields})
    world.project = MappedProject.objects.get(pk=world.project.pk)
    run = world.project.runs.get(kind="reconcile", finished=None)
    while project_runs.work(run.pk):
        pass


def test_a_field_that_is_mapped_later_loses_nothing_on_either_side(
    handle: Handle, rte: Any, db: None
) -> None:
    world = build(handle, rte, maps={"field_map": {"fix_versions": None, "due_date": None}})
    world.jira("POST", "/rest/api/2/version", project=PROJECT, name="R1")
    theirs = world.create_issue("Jira has it", fixVersions=[{"name": "R1"}], duedate="2027-01-31")
    world.poll()
    both = world.create("Both have it", due_date="2027-03-01")
    ours = world.create("The board has it", due_date="2027-02-01")
    world.settle()
    both.refresh_from_db()
    ours.refresh_from_db()
    world.edit_issue(both.remote_key, duedate="2027-04-01")
    world.settle()
    assert (world.item(theirs).due_date, world.item(theirs).fix_versions) == (None, [])
    assert world.issue(ours.remote_key)["duedate"] is None
    later(world, fix_versions="fixVersions", due_date="duedate")
    # By the comparison alone: a poll would not read what nobody touches.
    assert (world.item(theirs).due_date, world.item(theirs).fix_versions) == (DUE, ["R1"])
    world.push()
    assert world.issue(theirs)["duedate"] == "2027-01-31"
    assert world.issue(ours.remote_key)["duedate"] == "2027-02-01"
    conflict = Conflict.objects.get()
    assert (conflict.field, conflict.board, conflict.jira) == (
        "due_date",
        "2027-03-01",
        "2027-04-01",
    )
    assert Shadow.objects.get(item=both).agreed["due_date"] == "2027-04-01"


def test_a_field_that_is_another_one_in_jira_now_blanks_nothing(world: World) -> None:
    made = world.control("POST", "fields", name="Target end", kind="target-end")["id"]
    item = world.create("Moved over", due_date="2027-01-31")
    world.settle()
    later(world, due_date=made)
    world.push()
    item.refresh_from_db()
    assert item.due_date == DUE
    assert world.issue(item.remote_key)[made] == "2027-01-31"
    assert not Conflict.objects.exists()
