"""Jira's side of an open conflict goes back to what both had: the board's edit goes, and all is settled."""

from __future__ import annotations

import pytest

from connections.models import ConflictPolicy, MappedProject
from planning.models import Change, ChangeState
from sync.models import Conflict
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_change_waits_for_a_decision_that_nobody_has_to_take(world: World) -> None:
    MappedProject.objects.update(conflict_policy=ConflictPolicy.ASK)
    world.project.refresh_from_db()
    key = world.create_and_read("As before")
    item = world.item(key)
    world.edit(item, summary="Of the board")
    world.edit_issue(key, summary="Of Jira")
    world.settle()
    assert Conflict.objects.filter(shadow__item=item, resolved=None).count() == 1
    world.edit_issue(key, summary="As before")
    world.poll()
    world.settle()
    assert world.issue(key)["summary"] == "Of the board"
    assert not Conflict.objects.filter(shadow__item=item, resolved=None).exists()
    states = set(Change.objects.filter(item=item).values_list("state", flat=True))
    assert states == {ChangeState.SETTLED}
    item.refresh_from_db()
    assert item.sync_state == "synced"
