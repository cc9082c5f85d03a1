"""An edit that Jira refused is sent again by a person while a conflict is open in its field: it comes to
rest with the conflict, and what it once sent is looked at, however often it was tried since."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from connections.models import ConflictPolicy, MappedProject
from planning.models import Change, ChangeState
from sync.models import Conflict
from sync.status import replay
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def parked(world: World) -> Change:
    """Refused for a moment, and the field was edited in Jira since: a conflict waits for a person."""
    MappedProject.objects.update(conflict_policy=ConflictPolicy.ASK)
    world.project.refresh_from_db()
    points = world.project.field_map["story_points"]
    key = world.create_issue("A story")
    world.edit_issue(key, **{points: 1.0})
    world.poll()
    item = world.item(key)
    project = world.handle.site.keys[key].project
    project.hidden_fields.add(points)  # not on its screens for the moment
    world.edit(item, story_points=2.0)
    world.push(rounds=1)
    project.hidden_fields.discard(points)
    change = Change.objects.get(item=item, fields__has_key="story_points")
    assert (change.state, change.code) == (ChangeState.PARKED, "refused")
    world.edit_issue(key, **{points: 3.0})
    world.poll()
    assert Conflict.objects.filter(shadow__item=item, resolved=None).count() == 1
    return change


def test_it_waits_for_the_person_who_decides(world: World, parked: Change) -> None:
    replay.replay_changes(Change.objects.filter(pk=parked.pk), actor=world.person)
    world.settle()
    parked.refresh_from_db()
    assert (parked.state, parked.message) == (
        ChangeState.CONFLICT,
        "Both sides changed story_points. Decide there.",
    )
    shown = world.issue(parked.item.remote_key)
    assert shown[world.project.field_map["story_points"]] == 3.0


def test_other_fields_go_meanwhile(world: World, parked: Change) -> None:
    world.edit(parked.item, summary="Goes all the same")
    world.settle()
    assert world.issue(parked.item.remote_key)["summary"] == "Goes all the same"
    assert not Change.objects.filter(state=ChangeState.WAITING).exists()
    parked.refresh_from_db()
    assert parked.state == ChangeState.PARKED


def test_an_edit_that_waits_for_long_holds_up_no_other(world: World, parked: Change) -> None:
    """Its answer was lost, so that it is tried again in an hour; nobody knows till then what it did."""
    replay.replay_changes(Change.objects.filter(pk=parked.pk), actor=world.person)
    Change.objects.filter(pk=parked.pk).update(
        due=timezone.now() + timedelta(hours=1), attempts=1, message="No answer came."
    )
    world.edit(parked.item, summary="Goes all the same")
    world.push()
    assert world.issue(parked.item.remote_key)["summary"] == "Goes all the same"
