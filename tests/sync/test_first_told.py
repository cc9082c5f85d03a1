"""A field that Jira shows for the first time: what people have written there meanwhile is an edit."""

from __future__ import annotations

import pytest

from planning.models import WorkItem
from sync.models import Conflict
from tests.sync.test_untold_fields import without
from tests.sync.world import World


@pytest.fixture
def item(world: World) -> WorkItem:
    """Read while its type had no description, and the description is there again."""
    without(world, "description")
    key = world.create_issue("A story")
    world.poll()
    with world.handle.site.lock:
        world.handle.site.project(world.project.key).without.clear()
    return world.item(key)


def test_it_is_sent_where_jira_holds_nothing(world: World, item: WorkItem) -> None:
    world.edit(item, description="Of the board")
    world.settle()
    item.refresh_from_db()
    assert item.description == "Of the board"
    assert world.issue(item.remote_key)["description"] == "Of the board"


def test_it_is_a_conflict_where_jira_holds_another(world: World, item: WorkItem) -> None:
    world.edit_issue(item.remote_key, description="Of Jira")
    world.edit(item, description="Of the board")
    world.settle()
    item.refresh_from_db()
    assert item.description == "Of Jira"
    kept = Conflict.objects.get(shadow__item=item, field="description")
    assert (kept.board, kept.jira, kept.base) == ("Of the board", "Of Jira", "")


def test_what_nobody_edited_here_takes_jiras(world: World, item: WorkItem) -> None:
    world.edit_issue(item.remote_key, description="Of Jira")
    world.settle()
    item.refresh_from_db()
    assert item.description == "Of Jira"
    assert not Conflict.objects.filter(shadow__item=item).exists()
