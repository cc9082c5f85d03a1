"""Parents, both ways: under a parent, to another one, to none; new parents with new children."""

from __future__ import annotations

import pytest

from planning.models import Change, WorkItem
from sync.models import Shadow
from tests.sync.hierarchy.conftest import Tree


def synced(item: WorkItem) -> WorkItem:
    item.refresh_from_db()
    assert (item.sync_state, item.sync_detail) == ("synced", "")
    return item


def quiet(tree: Tree) -> None:
    """Nothing moves any more: no echo."""
    before = Change.objects.count()
    tree.settle()
    assert Change.objects.count() == before


def test_a_new_item_is_created_under_its_parent(whole: Tree):
    feature = whole.features()[0]
    item = whole.world.create("Under a feature", parent=str(feature.pk))
    whole.settle()
    item = synced(item)
    assert whole.parent_in_jira(item.remote_key) == feature.remote_key
    assert item.parent_id == feature.pk
    quiet(whole)


def test_the_board_moves_an_item_to_another_parent_and_to_none(whole: Tree):
    first, second = whole.features()[:2]
    item = whole.orphan()
    for parent in (first, second, None):
        whole.world.edit(item, parent=str(parent.pk) if parent else None)
        whole.settle()
        assert whole.parent_in_jira(item.remote_key) == (parent.remote_key if parent else None)
        assert synced(item).parent == parent
    quiet(whole)


def test_jira_moves_an_issue_to_another_parent_and_to_none(whole: Tree):
    first, second = whole.features()[:2]
    key = whole.world.create_issue("Born under", **whole.named(first.remote_key))
    whole.settle()
    item = whole.world.item(key)
    assert item.parent == first
    for parent in (second, None, first):
        whole.adopt(key, parent.remote_key if parent else None)
        whole.settle()
        assert synced(item).parent == parent
    assert not Change.objects.exists()


def test_an_imported_hierarchy_is_jiras(whole: Tree):
    items = WorkItem.objects.filter(project=whole.world.project)
    assert items
    for item in items:
        assert item.parent is not None
        assert item.parent.remote_key == whole.parent_in_jira(item.remote_key)


@pytest.mark.parametrize("child_first", [True, False])
def test_a_parent_and_its_child_are_both_new_on_the_board(whole: Tree, child_first: bool):
    """They are of two projects, whose creates go one project after the other."""
    story = whole.world.create("New story") if child_first else None
    feature = whole.world.create("New feature", project=whole.art, type="Feature")
    if story is None:
        story = whole.world.create("New story", parent=str(feature.pk))
    else:
        whole.world.edit(story, parent=str(feature.pk))
    whole.settle()
    story, feature = synced(story), synced(feature)
    assert whole.parent_in_jira(story.remote_key) == feature.remote_key
    assert story.parent_id == feature.pk
    quiet(whole)


def test_a_parent_that_is_on_the_board_alone_is_told_and_sent_when_it_comes(whole: Tree):
    idea = whole.world.create("An idea", project=None, type="Feature")
    item = whole.orphan()
    whole.world.edit(item, parent=str(idea.pk), summary="Still goes")
    whole.settle()
    item.refresh_from_db()
    assert item.sync_state == "parked"
    assert "the parent is not in this Jira" in item.sync_detail
    assert whole.world.issue(item.remote_key)["summary"] == "Still goes"
    assert item.parent_id == idea.pk


def test_both_sides_choosing_a_parent_is_a_conflict(whole: Tree):
    first, second, third = whole.features()[:3]
    key = whole.world.create_issue("Wanted by two", **whole.named(first.remote_key))
    whole.settle()
    item = whole.world.edit(whole.world.item(key), parent=str(second.pk))
    whole.adopt(key, third.remote_key)
    whole.settle()
    item.refresh_from_db()
    assert item.parent == third
    conflict = Shadow.objects.get(item=item).conflicts.get()
    assert (conflict.field, conflict.board, conflict.jira) == (
        "parent",
        str(second.pk),
        str(third.pk),
    )


def test_a_parent_that_jira_refuses_is_parked_with_its_reason(whole: Tree):
    """A story is no parent of a story."""
    item, other = whole.orphan(), whole.orphan()
    whole.world.edit(item, parent=str(other.pk), summary="Goes all the same")
    whole.settle()
    item.refresh_from_db()
    assert item.sync_state == "parked"
    assert "hierarchy" in item.sync_detail or "not an epic" in item.sync_detail
    assert whole.world.issue(item.remote_key)["summary"] == "Goes all the same"
    assert whole.parent_in_jira(item.remote_key) is None
