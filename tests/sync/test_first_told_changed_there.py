"""A field that Jira tells for the first time, cleared here and filled there since the last read: whoever
wrote in Jira saw it as the board has it now, so what they wrote is newer, though the board held it once."""

from __future__ import annotations

import pytest

from planning.models import WorkItem
from sync.models import Conflict
from tests.sync.test_untold_fields import without
from tests.sync.world import World


@pytest.fixture
def item(world: World) -> WorkItem:
    """Its type had no description in Jira while the board's got one; the field is there again."""
    without(world, "description")
    item = world.item(world.create_and_read("A story"))
    WorkItem.objects.filter(pk=item.pk).update(description="The same on both sides")
    with world.handle.site.lock:
        world.handle.site.project(world.project.key).without.clear()
    item.refresh_from_db()
    return item


@pytest.mark.parametrize("first", ["the push", "the push alone", "a poll"])
def test_what_was_filled_there_since_stays(world: World, item: WorkItem, first: str) -> None:
    world.edit(item, description="")
    world.edit_issue(item.remote_key, description="The same on both sides")
    if first == "a poll":
        world.poll()
    elif first == "the push alone":
        world.push()
    else:
        world.settle()
    item.refresh_from_db()
    assert item.description == "The same on both sides"
    assert world.issue(item.remote_key)["description"] == "The same on both sides"


def test_what_had_stood_there_all_along_is_cleared(world: World, item: WorkItem) -> None:
    world.edit_issue(item.remote_key, description="The same on both sides")
    without(world, "description")
    world.poll()
    with world.handle.site.lock:
        world.handle.site.project(world.project.key).without.clear()
    world.edit(item, description="")
    world.settle()
    item.refresh_from_db()
    assert item.description == ""
    assert not world.issue(item.remote_key)["description"]
    assert not Conflict.objects.filter(shadow__item=item).exists()
