"""Statuses and issue types whose names are attacks, or larger than anything of ours: sync goes on."""

from __future__ import annotations

from typing import Final

import pytest

from accounts.models import User
from jira_sandbox.model.metadata_names import rename
from jira_sandbox.server import Handle
from planning.models import Change, WorkItem
from sync.models import Conflict
from tests.sync.world import World, build

NAMES: Final = (
    "<script>alert(1)</script>",
    "\u202eenoD \u2066<img src=x onerror=alert(2)>",
    "L" + "o" * 300 + "ng",
    "\"Half' 👩‍👩‍👧‍👦 & 😀 &amp; \u0000",
    "Two\nlines\r\nand\ttabs   and blanks ",
)
LONG: Final = "And " + "w" * 400


def poison(handle: Handle) -> None:
    site = handle.site
    for number, id in enumerate(list(site.statuses)):
        rename(site, "status", id, NAMES[number % len(NAMES)])
    for number, id in enumerate(list(site.types)):
        rename(site, "type", id, f"{NAMES[number % len(NAMES)]}{number}")


@pytest.fixture
def hostile(handle: Handle, rte: User) -> World:
    poison(handle)
    return build(handle, rte)


def quiet(world: World) -> None:
    """Nothing goes back and forth."""
    before = dict(WorkItem.objects.values_list("pk", "version")), Change.objects.count()
    world.control("POST", "reset")
    for _ in range(2):
        world.settle()
        world.reconcile()
    assert (dict(WorkItem.objects.values_list("pk", "version")), Change.objects.count()) == before
    assert not [one for one in world.calls() if one.startswith(("PUT ", "DELETE "))]
    assert not Conflict.objects.exists()


def test_everything_is_imported_and_nothing_goes_back_and_forth(hostile: World) -> None:
    site = hostile.handle.site
    mapped = [one for one in site.issues.values() if one.project.key == "FALCON"]
    items = WorkItem.objects.filter(project=hostile.project)
    assert items.count() == len([one for one in mapped if not one.type.subtask])
    assert set(items.values_list("sync_state", flat=True)) == {"synced"}
    statuses = set(items.values_list("status", flat=True))
    assert statuses <= set(hostile.project.status_map)
    assert set(items.values_list("type", flat=True)) <= set(hostile.project.type_map)
    quiet(hostile)


@pytest.mark.parametrize("number", range(len(NAMES)))
def test_the_board_moves_an_item_to_each_such_status(hostile: World, number: int) -> None:
    wanted = list(hostile.handle.site.statuses)[number]
    (word,) = [w for w, one in hostile.project.status_map.items() if str(one) == wanted]
    item = hostile.first()
    hostile.edit(item, status=word)
    hostile.settle()
    item.refresh_from_db()
    assert hostile.issue(item.remote_key)["status"]["id"] == wanted
    assert (item.status, item.sync_state) == (word, "synced")
    quiet(hostile)


def test_the_board_creates_one_of_each_such_type(hostile: World) -> None:
    for word, type_id in hostile.project.type_map.items():
        item = hostile.create(f"Of type {type_id}", type=word)
        hostile.settle()
        item.refresh_from_db()
        assert hostile.issue(item.remote_key)["issuetype"]["id"] == str(type_id)
        assert (item.type, item.sync_state) == (word, "synced")
    quiet(hostile)


@pytest.mark.parametrize("called", [*NAMES, LONG])
def test_a_status_that_nobody_has_mapped_is_shown_and_stays(world: World, called: str) -> None:
    item = world.first()
    status = world.issue(item.remote_key)["status"]["id"]
    words = {word for word, one in world.project.status_map.items() if str(one) == status}
    world.project.status_map = {
        word: one for word, one in world.project.status_map.items() if word not in words
    }
    world.project.save()
    rename(world.handle.site, "status", status, called)
    world.edit_issue(item.remote_key, summary="Read under its new status")
    world.settle()
    item.refresh_from_db()
    assert item.summary == "Read under its new status"
    assert item.sync_state == "synced"
    assert item.status.startswith(called.split()[0][:99])
    world.edit(item, summary="Edited on the board")
    world.settle()
    assert world.issue(item.remote_key)["summary"] == "Edited on the board"
    assert world.issue(item.remote_key)["status"]["id"] == status
    quiet(world)


def test_renamed_while_it_is_mapped_nothing_changes_on_the_board(world: World) -> None:
    before = set(WorkItem.objects.values_list("pk", "status", "type"))
    poison(world.handle)
    world.reconcile()
    assert set(WorkItem.objects.values_list("pk", "status", "type")) == before
    quiet(world)
