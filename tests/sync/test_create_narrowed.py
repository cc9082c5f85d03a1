"""What a create could not carry, since the type lacked the field, is sent or told: never forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from planning.models import Change, WorkItem
from sync.models import Shadow
from sync.outbox import ways_out
from sync.status import parked_fields
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def field(world: World) -> str:
    """The project has no story points for the moment."""
    field = world.project.field_map["story_points"]
    world.handle.site.project(world.project.key).without["*"] = [field]
    return field


def back(world: World) -> None:
    world.handle.site.project(world.project.key).without.clear()


def stuck(item: WorkItem) -> bool:
    """Whether people see that the field is not in Jira, as a change or as a field that waits for them."""
    parked = Change.objects.filter(item=item, state="parked", fields__has_key="story_points")
    return parked.exists() or "story_points" in Shadow.objects.get(item=item).parked


def test_with_another_edit_waiting(world: World, field: str) -> None:
    item = world.create("Narrowed", story_points=3.0)
    world.edit(item, description="Told meanwhile")
    world.push()
    item.refresh_from_db()
    assert world.issue(item.remote_key)["description"] == "Told meanwhile"
    assert stuck(item)
    assert item.sync_state == "parked"


@pytest.mark.parametrize("place", ["create.sent_without", "create.paired", "push.sorted_out"])
@pytest.mark.parametrize("first", ["a push", "a poll"])
def test_when_its_worker_died_and_the_field_came_back(
    world: World, field: str, killed_at: Any, place: str, first: str
) -> None:
    item = world.create("Narrowed", story_points=3.0)
    with killed_at(place):
        world.push(rounds=1)
    world.make_due()
    if first == "a poll":
        world.poll()
        back(world)
    world.settle()
    back(world)
    world.reconcile()
    world.settle()
    item.refresh_from_db()
    assert item.story_points == 3.0
    assert stuck(item) or world.issue(item.remote_key)[field] == 3.0


def test_given_up_it_stays_so_until_jira_tells_the_field(world: World, field: str) -> None:
    item = world.create("Narrowed", story_points=3.0)
    world.push()
    assert stuck(item)
    for change in Change.objects.filter(item=item, state="parked"):
        ways_out.go(change, ways_out.Way.JIRA, actor=world.person)
    if "story_points" in Shadow.objects.get(item=item).parked:
        parked_fields.go(item.pk, "story_points", ways_out.Way.JIRA, actor=world.person)
    world.edit_issue(item.remote_key or WorkItem.objects.get(pk=item.pk).remote_key, summary="New")
    world.settle()
    world.reconcile()
    world.settle()
    item.refresh_from_db()
    assert (item.sync_state, item.story_points) == ("synced", 3.0)
    assert not stuck(item)
    back(world)
    world.reconcile()
    item.refresh_from_db()
    assert (item.sync_state, item.story_points) == ("synced", None)
