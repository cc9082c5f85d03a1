"""Sub-tasks: their parent is `parent` on either Jira, never an Epic Link, and they need one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from planning.models import Change, WorkItem
from sync.pairs.trace import chain
from tests.sync.hierarchy.conftest import Tree
from tests.sync.world import World

SUBTASK = "Sub-task"


@pytest.fixture
def tree(world_with: Callable[..., World]) -> Tree:
    """With sub-tasks mapped, which nobody proposes."""
    return Tree(world_with(maps={"type_map": {SUBTASK: "10003"}}))


def parent_of(tree: Tree, key: str) -> str | None:
    value = tree.world.issue(key).get("parent")
    return value["key"] if value else None


def in_jira(tree: Tree, parent: str) -> str:
    kind = {"issuetype": {"name": SUBTASK}, "parent": {"key": parent}}
    return tree.world.create_issue("A sub-task from Jira", **kind)


def test_a_subtask_from_jira_has_its_story_as_parent(tree: Tree):
    story = tree.orphan()
    key = in_jira(tree, story.remote_key)
    tree.settle()
    item = tree.world.item(key)
    assert (item.type, item.parent, item.sync_state) == (SUBTASK, story, "synced")
    tree.world.edit(item, summary="Edited here")
    tree.settle()
    assert tree.world.issue(key)["summary"] == "Edited here"
    assert parent_of(tree, key) == story.remote_key
    before = Change.objects.count()
    tree.world.reconcile()
    tree.settle()
    assert Change.objects.count() == before


def test_a_subtask_of_the_board_is_created_under_its_story(tree: Tree):
    story = tree.orphan()
    item = tree.world.create("A sub-task", type=SUBTASK, parent=str(story.pk))
    tree.settle()
    item.refresh_from_db()
    assert parent_of(tree, item.remote_key) == story.remote_key
    assert (item.parent, item.sync_state) == (story, "synced")


def test_a_story_and_its_subtask_are_both_new_on_the_board(tree: Tree):
    story = tree.world.create("New story")
    item = tree.world.create("New sub-task", type=SUBTASK, parent=str(story.pk))
    tree.settle()
    item.refresh_from_db()
    story.refresh_from_db()
    assert parent_of(tree, item.remote_key) == story.remote_key
    assert (item.parent, item.sync_state) == (story, "synced")


def test_a_subtask_moves_to_another_story_where_jira_lets_it(tree: Tree):
    """Data Center moves a sub-task in a dialogue of its own only: parked, with what to do."""
    first, second = tree.orphan(), tree.orphan()
    key = in_jira(tree, first.remote_key)
    tree.settle()
    item = tree.world.edit(tree.world.item(key), parent=str(second.pk), summary="Goes")
    tree.settle()
    item.refresh_from_db()
    assert tree.world.issue(key)["summary"] == "Goes"
    if tree.is_cloud:
        assert (parent_of(tree, key), item.sync_state) == (second.remote_key, "synced")
    else:
        assert (parent_of(tree, key), item.sync_state) == (first.remote_key, "parked")
        assert "parent" in item.sync_detail


def test_a_subtask_without_a_parent_is_parked_with_jiras_reason(tree: Tree):
    item = tree.world.create("Nobody's sub-task", type=SUBTASK)
    tree.settle()
    item.refresh_from_db()
    assert (item.remote_id, item.sync_state) == ("", "parked")
    assert "parent" in item.sync_detail
    story = tree.orphan()
    tree.world.edit(item, parent=str(story.pk))
    tree.settle()
    item.refresh_from_db()
    assert parent_of(tree, item.remote_key) == story.remote_key
    assert item.sync_state == "synced"


def test_taking_the_parent_of_a_subtask_away_is_refused_and_told(tree: Tree):
    story = tree.orphan()
    key = in_jira(tree, story.remote_key)
    tree.settle()
    item = tree.world.edit(tree.world.item(key), parent=None)
    tree.settle()
    item.refresh_from_db()
    assert parent_of(tree, key) == story.remote_key
    assert item.sync_state == "parked"
    assert any(step["outcome"] == "refused" for step in chain(item))


def test_a_story_deleted_with_its_subtasks_takes_both_off_the_board(tree: Tree):
    from datetime import timedelta

    from django.utils import timezone

    from sync.models import Shadow

    story = tree.orphan()
    key = in_jira(tree, story.remote_key)
    tree.settle()
    tree.world.jira("DELETE", f"/rest/api/2/issue/{story.remote_key}?deleteSubtasks=true")
    tree.world.reconcile()
    long_ago = timezone.now() - timedelta(minutes=5)
    Shadow.objects.filter(absences__gt=0).update(absent_since=long_ago)
    tree.world.reconcile()
    gone = WorkItem.objects.filter(remote_key__in=[story.remote_key, key], deleted=None)
    assert not gone.exists()
