"""What a person writes while Jira's news is being applied is not overwritten."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.db import connection

from accounts.models import User
from jira_sandbox.server import Handle, running
from planning import inbound_writes, item_editing
from planning.models import WorkItem
from sync.models import Conflict, Shadow
from sync.pairs import parents
from tests.sync.world import World, build


@pytest.fixture
def handle() -> Iterator[Handle]:
    with running(flavour="cloud") as one:
        yield one


def with_an_orphan(handle: Handle, rte: User) -> tuple[World, Shadow, WorkItem]:
    """A parent, and its child as it is when it was read before its parent."""
    world = build(handle, rte)
    parent, child = WorkItem.objects.order_by("rank")[:2]
    pair = Shadow.objects.get(item=parent)
    WorkItem.objects.filter(pk=child.pk).update(parent=None)
    shadow = Shadow.objects.get(item=child)
    shadow.parent_ref, shadow.agreed = pair.remote_id, {**shadow.agreed, "parent": None}
    shadow.save()
    return world, pair, child


@pytest.mark.django_db(transaction=True)
def test_an_edit_while_a_child_finds_its_parent(
    handle: Handle, rte: User, on_postgres, monkeypatch
):
    world, pair, child = with_an_orphan(handle, rte)
    real = inbound_writes.update
    person: list[threading.Thread] = []

    def edit() -> None:
        try:
            item_editing.edit_item(child.pk, actor=rte, values={"summary": "A person's edit"})
        finally:
            connection.close()

    def update_while_a_person_edits(items):
        person.append(threading.Thread(target=edit))
        person[0].start()
        person[0].join(1)  # it waits for the item's lock, or else has written by now
        return real(items)

    monkeypatch.setattr(inbound_writes, "update", update_while_a_person_edits)
    parents.find_children(world.project, {pair.remote_id: pair.item_id})
    monkeypatch.undo()
    person[0].join(10)
    child.refresh_from_db()
    assert (child.summary, child.parent_id) == ("A person's edit", pair.item_id)


def test_only_what_jira_changed_is_written(handle: Handle, rte: User):
    world = build(handle, rte)
    stale = WorkItem.objects.get(pk=world.first().pk)
    WorkItem.objects.filter(pk=stale.pk).update(description="Saved meanwhile")
    inbound_writes.take(stale, {"summary": "From Jira"}, {})
    inbound_writes.update({stale: ["summary"]})
    stale.refresh_from_db()
    assert (stale.summary, stale.description) == ("From Jira", "Saved meanwhile")


def test_children_are_found_in_a_fixed_number_of_statements(
    handle: Handle, rte: User, django_assert_max_num_queries
):
    world, pair, _child = with_an_orphan(handle, rte)
    others = WorkItem.objects.exclude(pk=pair.item_id)
    others.update(parent=None)
    for shadow in Shadow.objects.exclude(pk=pair.pk):
        shadow.parent_ref, shadow.agreed = pair.remote_id, {**shadow.agreed, "parent": None}
        shadow.save()
    assert others.count() > 8
    with django_assert_max_num_queries(14):
        parents.find_children(world.project, {pair.remote_id: pair.item_id})
    assert not others.filter(parent=None).exists()


def test_deciding_a_conflict_keeps_what_was_agreed_meanwhile(handle: Handle, rte: User):
    from sync.pairs import conflicts

    world = build(handle, rte, conflict_policy="ask")
    item = world.edit(world.first(), summary="The board's")
    world.edit_issue(item.remote_key, summary="Jira's")
    world.poll()
    conflict = Conflict.objects.select_related("shadow").get()
    Shadow.objects.filter(pk=conflict.shadow_id).update(
        agreed={**conflict.shadow.agreed, "description": "Agreed meanwhile"}
    )
    conflicts.resolve(conflict.pk, "jira", actor=rte)
    agreed = Shadow.objects.get(pk=conflict.shadow_id).agreed
    assert (agreed["summary"], agreed["description"]) == ("Jira's", "Agreed meanwhile")
