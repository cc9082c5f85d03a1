"""A parent may come after its children: in an import, by webhook, with a mapping made later."""

from __future__ import annotations

from planning.models import Change, WorkItem
from tests.sync.hierarchy.conftest import Tree
from tests.sync.test_drain import deliver


def test_children_are_imported_before_their_parents_project_is_mapped(tree: Tree):
    children = WorkItem.objects.filter(project=tree.world.project)
    assert not children.exclude(parent=None).exists()
    tree.map_art()
    for item in children:
        assert item.parent is not None
        assert item.parent.remote_key == tree.parent_in_jira(item.remote_key)
        assert item.sync_state == "synced"
    tree.settle()
    assert not Change.objects.exists()


def test_a_parent_is_told_by_webhook_after_its_child(whole: Tree):
    feature = whole.new_feature("Came late")
    story = whole.world.create_issue("Came early", **whole.named(feature))
    site = whole.world.handle.site
    deliver(whole.world, "jira:issue_created", str(site.issue(story).id), 1)
    whole.world.drain()
    assert whole.world.item(story).parent is None
    deliver(whole.world, "jira:issue_created", str(site.issue(feature).id), 2)
    whole.world.drain()
    assert whole.world.item(story).parent == whole.world.item(feature)
    whole.settle()
    assert not Change.objects.exists()


def test_a_parent_and_its_child_are_told_together(whole: Tree):
    feature = whole.new_feature("Together")
    story = whole.world.create_issue("Together too", **whole.named(feature))
    for number, key in enumerate((story, feature)):
        issue = whole.world.handle.site.issue(key)
        deliver(whole.world, "jira:issue_created", str(issue.id), number)
    whole.world.drain()
    assert whole.world.item(story).parent == whole.world.item(feature)


def test_a_change_of_parent_is_told_by_webhook(whole: Tree):
    first, second = whole.features()[:2]
    key = whole.world.create_issue("Moves", **whole.named(first.remote_key))
    whole.settle()
    item = whole.world.item(key)
    for number, parent in enumerate((second, None)):
        whole.adopt(key, parent.remote_key if parent else None)
        deliver(whole.world, "jira:issue_updated", item.remote_id, number)
        whole.world.drain()
        item.refresh_from_db()
        assert item.parent == parent


def test_a_type_that_is_mapped_later_brings_the_parents_of_its_children(tree: Tree):
    from sync.mapping import project_mapping

    tree.map_art(maps={"type_map": {"Feature": None}})
    children = WorkItem.objects.filter(project=tree.world.project)
    assert not children.exclude(parent=None).exists()
    assert tree.art is not None
    project_mapping.change(
        tree.art, actor=tree.world.person, values={"type_map": {"Feature": "10000"}}
    )
    tree.world.project, story_project = tree.art, tree.world.project
    tree.world.reconcile()
    tree.world.project = story_project
    assert not children.filter(parent=None).exists()
