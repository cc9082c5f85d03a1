"""An edit on the board: the row, its Change, its event and one hint, all or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning.item_editing import create_item, delete_item, edit_item
from planning.models import BoardEvent, Change, SyncState, WorkItem

Hints = list[tuple[str, tuple[Any, ...]]]


def test_a_create_waits_for_jira_and_says_who_wrote_what(
    project: MappedProject, rte: User, hints: Hints, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        item = create_item(
            actor=rte, project=project, type="Story", summary=" Brakes ", story_points=3
        )
    item.refresh_from_db()
    assert (item.summary, item.story_points, item.version) == ("Brakes", 3.0, 1)
    assert item.sync_state == SyncState.WAITING
    change = Change.objects.get()
    assert (change.kind, change.item, change.actor, change.before) == ("create", item, rte, {})
    assert change.fields == {"type": "Story", "summary": "Brakes", "story_points": 3.0}
    event = BoardEvent.objects.get()
    assert (event.kind, event.object_id, event.origin) == ("item.created", item.pk, "board")
    assert event.actor_name == "rte"
    assert hints == [("sync.push", (str(project.connection_id),))]


def test_an_edit_keeps_the_old_values_of_what_changed_alone(
    make_item: Callable[..., WorkItem], rte: User
) -> None:
    item = make_item(status="To Do", labels=["a"])
    values = {"status": "Done", "summary": "Brakes", "labels": ["b", "a"]}
    edited = edit_item(item.pk, actor=rte, values=values, expected_version=1)
    assert (edited.version, edited.status_category) == (2, "done")
    change = Change.objects.get(kind="edit")
    assert change.fields == {"status": "Done", "labels": ["b", "a"]}
    assert change.before == {"status": "To Do", "labels": ["a"]}
    assert BoardEvent.objects.get(kind="item.updated").fields == ["labels", "status"]


def test_an_edit_that_changes_nothing_writes_nothing(make_item: Callable[..., WorkItem]) -> None:
    item = make_item(description="one\ntwo", labels=["a", "b"])
    same = {"summary": "Brakes", "labels": ["b", "a"], "description": "one\r\ntwo"}
    assert edit_item(item.pk, actor=None, values=same).version == 1
    assert Change.objects.count() == BoardEvent.objects.count() == 1


def test_a_stale_edit_is_refused_and_changes_nothing(make_item: Callable[..., WorkItem]) -> None:
    item = make_item()
    edit_item(item.pk, actor=None, values={"summary": "Doors"})
    with pytest.raises(Refused) as refusal:
        edit_item(item.pk, actor=None, values={"summary": "Wheels"}, expected_version=1)
    assert (refusal.value.status, refusal.value.code) == (412, "stale")
    item.refresh_from_db()
    assert (item.summary, item.version) == ("Doors", 2)


def test_an_item_without_a_project_stays_on_the_board(db: None, hints: Hints) -> None:
    item = create_item(actor=None, project=None, type="Risk", summary="Snow")
    assert (item.sync_state, item.status) == (SyncState.LOCAL_ONLY, "To Do")
    assert not Change.objects.exists()
    assert BoardEvent.objects.count() == 1
    assert hints == []


def test_a_deleted_item_is_a_tombstone(make_item: Callable[..., WorkItem]) -> None:
    item, child = make_item(), make_item("Pads", type="Story")
    edit_item(child.pk, actor=None, values={"parent": item.pk})
    delete_item(item.pk, actor=None, expected_version=1)
    item.refresh_from_db()
    assert item.deleted is not None
    assert Change.objects.filter(item=item, kind="delete", state="waiting").count() == 1
    assert WorkItem.objects.live().filter(pk=child.pk).exists()
    for verb in (
        lambda: edit_item(item.pk, actor=None, values={"summary": "Back"}),
        lambda: delete_item(item.pk, actor=None),
        lambda: edit_item(uuid.uuid4(), actor=None, values={}),
    ):
        with pytest.raises(Refused) as refusal:
            verb()
        assert refusal.value.status == 404
