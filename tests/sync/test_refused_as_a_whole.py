"""Jira refuses a write and names no field: the one that it refuses is found, the others reach it."""

from __future__ import annotations

import pytest

from planning.models import Change
from sync.models import Shadow
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_an_edit_the_refused_field_alone_is_parked(world: World) -> None:
    item = world.item(world.create_and_read("a story"))
    world.edit(item, description="far too long", story_points=8, labels=["a"])
    world.fault("refused", "CONTENT_LIMIT_EXCEEDED", method="PUT", path="/issue/", body="too long")
    world.push()
    points = world.project.field_map["story_points"]
    fields = world.issue(item.remote_key)
    assert (fields[points], fields["labels"]) == (8, ["a"])
    assert not fields["description"]
    change = Change.objects.filter(item=item).latest("id")
    item.refresh_from_db()
    assert (change.state, item.sync_state) == ("parked", "parked")
    assert "longer than Jira takes" in change.message
    assert "story_points" not in change.message
    assert set(Shadow.objects.get(item=item).parked) == {"description"}


@pytest.mark.parametrize("together", [1, 3])
def test_of_a_create_too(world: World, together: int) -> None:
    world.fault("refused", "CONTENT_LIMIT_EXCEEDED", path="/issue", body="too long")
    others = [world.create(f"fine {n}") for n in range(together - 1)]
    item = world.create("new", description="far too long", story_points=8)
    world.settle()  # the bulk call as a whole is refused for the one's sake
    item.refresh_from_db()
    assert item.remote_key
    fields = world.issue(item.remote_key)
    assert fields[world.project.field_map["story_points"]] == 8
    assert not fields["description"]
    assert "longer than Jira takes" in item.sync_detail
    assert len(world.issues("new")) == 1
    for other in others:
        other.refresh_from_db()
        assert other.remote_key


def test_a_code_that_nobody_knows_is_said_to_be_one(world: World) -> None:
    item = world.item(world.create_and_read("a story"))
    world.edit(item, story_points=8)
    world.fault("refused", "SOME_NEW_CODE", method="PUT", path="/issue/")
    world.push()
    change = Change.objects.filter(item=item).latest("id")
    assert "SOME_NEW_CODE" in change.message
    assert "no words" in change.message


def test_all_refused_all_parked(world: World) -> None:
    item = world.item(world.create_and_read("a story"))
    world.edit(item, story_points=8, labels=["a"])
    world.fault("refused", "The workflow forbids edits here.", method="PUT", path="/issue/")
    world.push()
    assert set(Shadow.objects.get(item=item).parked) == {"story_points", "labels"}
