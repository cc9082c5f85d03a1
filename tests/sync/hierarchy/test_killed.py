"""A worker that dies between a parent and its children: the next one gives or takes the parent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from planning.models import Change, WorkItem
from sync.inbound import absence
from sync.models import Attempt, Shadow
from tests.sync.hierarchy.conftest import Tree
from tests.sync.test_drain import deliver
from tests.sync.world import World


def child_of(tree: Tree) -> tuple[WorkItem, WorkItem]:
    """A feature and a story under it."""
    child = WorkItem.objects.live().filter(project=tree.world.project).exclude(parent=None)[0]
    parent = child.parent
    assert parent is not None
    return parent, child


def delete_in_jira(world: World, item: WorkItem) -> None:
    world.jira("DELETE", f"/rest/api/2/issue/{item.remote_key}?deleteSubtasks=true")


@pytest.mark.parametrize("place", ["pull.applied", "parent.found", "drain.applied"])
def test_a_parent_that_came_after_its_child(whole: Tree, killed_at, place: str):
    feature = whole.new_feature("Came late")
    story = whole.world.create_issue("Came early", **whole.named(feature))
    site = whole.world.handle.site
    deliver(whole.world, "jira:issue_created", str(site.issue(story).id), 1)
    whole.world.drain()
    deliver(whole.world, "jira:issue_created", str(site.issue(feature).id), 2)
    with killed_at(place):
        whole.world.drain()
    whole.world.drain()
    item = whole.world.item(story)
    assert (item.parent, item.version) == (whole.world.item(feature), 2)
    whole.settle()
    assert not Change.objects.exists()


@pytest.mark.parametrize("place", ["absence.buried", "drain.judged", "drain.settled"])
def test_a_parent_that_jira_deleted(whole: Tree, killed_at, place: str):
    parent, child = child_of(whole)
    delete_in_jira(whole.world, parent)
    deliver(whole.world, "jira:issue_deleted", parent.remote_id)
    with killed_at(place):
        whole.world.drain()
    whole.world.drain()
    parent.refresh_from_db()
    child.refresh_from_db()
    assert (parent.deleted is None, child.parent, child.deleted) == (False, None, None)
    assert Attempt.objects.filter(item=parent, step="merge").count() == 1
    assert Shadow.objects.get(item=child).agreed["parent"] is None
    whole.settle()
    assert not Change.objects.exists()


@pytest.mark.parametrize("place", ["absence.marked", "absence.buried"])
def test_a_parent_that_two_looks_did_not_find(whole: Tree, killed_at, place: str):
    """Without Jira's word: the first worker dies at its look, the next are to look again."""
    parent, child = child_of(whole)
    delete_in_jira(whole.world, parent)
    assert whole.art is not None
    from connections.access.gateway import jira_for

    jira = jira_for(whole.world.connection)

    def look() -> None:
        absence.note_missing(whole.world.connection, jira, whole.art, [parent.remote_id])  # type: ignore[arg-type]
        earlier = timezone.now() - timedelta(minutes=1)
        Shadow.objects.exclude(absent_since=None).update(absent_since=earlier)

    if place == "absence.buried":
        look()
    with killed_at(place):
        look()
    Shadow.objects.exclude(absent_since=None).update(
        absent_since=timezone.now() - timedelta(minutes=1)
    )
    look()
    parent.refresh_from_db()
    child.refresh_from_db()
    assert (parent.deleted is None, child.parent) == (False, None)


@pytest.mark.parametrize("place", ["removing.claimed", "delete.sent", "delete.settled"])
def test_a_parent_that_the_board_deleted(
    tree: Tree, killed_at, monkeypatch: pytest.MonkeyPatch, place: str
):
    tree.map_art(deletion_policy="delete")
    parent, child = child_of(tree)
    tree.world.delete(parent)
    with killed_at(place):
        tree.world.push(rounds=1)
    tree.settle()
    child.refresh_from_db()
    assert (child.parent, child.sync_state) == (None, "synced")
    assert tree.parent_in_jira(child.remote_key) is None
    assert not Change.objects.exclude(state__in=("settled", "dropped")).exists()
