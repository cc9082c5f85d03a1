"""Parents that the board does not have stay in Jira, and are told; parents that are deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from connections.models import MappedProject
from planning.models import Change, WorkItem
from sync.mapping import project_mapping
from sync.models import Conflict, Shadow
from sync.pairs import conflicts
from sync.pairs.trace import chain
from tests.sync.hierarchy.conftest import Tree
from tests.sync.test_drain import deliver


def test_the_page_and_the_api_tell_of_a_parent_that_stays_in_jira(
    tree: Tree, client_of, api, token_of
):
    person, item = tree.world.person, tree.world.first()
    words = f"{tree.parent_in_jira(item.remote_key)} is its parent in Jira"
    page = client_of(person).get(reverse("sync:trace"), {"key": item.remote_key})
    assert words in page.content.decode()
    answer = api(token_of(person)).get(f"/sync/trace?item={item.pk}").json()
    (step,) = [step for step in answer["steps"] if step["step"] == "map"]
    assert (words in step["message"], step["outcome"]) == (True, "skipped")


def told(item: WorkItem) -> str:
    return " ".join(str(step["message"]) for step in chain(item))


def test_a_parent_of_a_project_that_is_not_mapped_stays_in_jira(tree: Tree):
    item = tree.world.first()
    before = tree.parent_in_jira(item.remote_key)
    assert before
    tree.world.edit(item, summary="Edited here", story_points=8)
    tree.settle()
    item.refresh_from_db()
    assert (item.parent, item.sync_state) == (None, "synced")
    assert tree.parent_in_jira(item.remote_key) == before
    assert f"{before} is its parent in Jira" in told(item)


def test_a_parent_of_a_type_that_is_not_mapped_stays_in_jira(tree: Tree):
    tree.map_art(maps={"type_map": {"Feature": None}})
    item = tree.world.first()
    before = tree.parent_in_jira(item.remote_key)
    tree.world.edit(item, summary="Edited here")
    tree.settle()
    assert tree.parent_in_jira(item.remote_key) == before
    assert f"{before} is its parent in Jira" in told(item)


def test_jira_moves_an_issue_under_a_parent_that_the_board_lacks(whole: Tree):
    feature = whole.features()[0]
    key = whole.world.create_issue("Moves away", **whole.named(feature.remote_key))
    whole.settle()
    item = whole.world.item(key)
    project_mapping.change(whole.art, actor=whole.world.person, values={"type_map": {"Epic": None}})
    epic = whole.new_feature("An epic", kind="Epic")
    whole.adopt(key, epic)
    whole.settle()
    item.refresh_from_db()
    assert (item.parent, whole.parent_in_jira(key)) == (None, epic)
    assert f"{epic} is its parent in Jira" in told(item)
    whole.adopt(key, feature.remote_key)
    whole.settle()
    item.refresh_from_db()
    assert item.parent == feature
    assert "is its parent in Jira" not in told(item)


def test_a_parent_that_is_deleted_in_jira_leaves_its_children(whole: Tree):
    feature = whole.new_feature("To be deleted")
    key = whole.world.create_issue("Left behind", **whole.named(feature))
    whole.settle()
    parent, item = whole.world.item(feature), whole.world.item(key)
    assert item.parent == parent
    whole.world.jira("DELETE", f"/rest/api/2/issue/{feature}")
    deliver(whole.world, "jira:issue_deleted", parent.remote_id)
    whole.world.drain()
    parent.refresh_from_db()
    item.refresh_from_db()
    assert parent.deleted is not None
    assert (item.deleted, item.parent, item.sync_state) == (None, None, "synced")
    calm(whole, item)


def calm(tree: Tree, item: WorkItem) -> None:
    """Neither polls nor a comparison of the whole project find anything left to do."""
    version = item.version
    tree.settle()
    tree.world.reconcile()
    item.refresh_from_db()
    assert (item.version, item.parent) == (version, None)
    assert not Change.objects.filter(kind="edit").exists()


def test_a_parent_chosen_after_its_deletion_is_told(whole: Tree):
    feature = whole.new_feature("To be deleted")
    whole.settle()
    item, parent = whole.orphan(), whole.world.item(feature)
    whole.world.jira("DELETE", f"/rest/api/2/issue/{feature}")
    whole.world.edit(item, parent=str(parent.pk))
    deliver(whole.world, "jira:issue_deleted", parent.remote_id)
    whole.world.drain()
    whole.settle()
    item.refresh_from_db()
    assert (item.parent, item.sync_state) == (parent, "parked")
    assert "the parent is not in this Jira" in item.sync_detail


def test_a_child_may_be_edited_before_its_parents_deletion_is_known(whole: Tree):
    feature = whole.new_feature("To be deleted")
    key = whole.world.create_issue("Left behind", **whole.named(feature))
    whole.settle()
    parent, item = whole.world.item(feature), whole.world.item(key)
    whole.world.jira("DELETE", f"/rest/api/2/issue/{feature}")
    whole.world.edit(item, summary="Edited meanwhile")
    whole.settle()
    item.refresh_from_db()
    assert whole.world.issue(key)["summary"] == "Edited meanwhile"
    assert (item.parent, item.sync_state) == (None, "synced")
    Shadow.objects.filter(item=parent).update(absent_since=timezone.now() - timedelta(minutes=5))


def test_a_parent_that_is_let_go_on_the_board_stays_the_parent_in_jira(whole: Tree):
    feature = whole.new_feature("Let go")
    key = whole.world.create_issue("Child of what was let go", **whole.named(feature))
    whole.settle()
    item = whole.world.item(key)
    whole.world.delete(whole.world.item(feature))
    whole.settle()
    whole.world.edit(item, summary="Edited afterwards")
    whole.settle()
    assert whole.parent_in_jira(key) == feature
    item.refresh_from_db()
    assert item.sync_state == "synced"


def test_a_parent_that_the_board_deletes_in_jira_too_leaves_its_children(tree: Tree):
    tree.map_art(deletion_policy="delete")
    feature = tree.new_feature("Deleted on the board")
    key = tree.world.create_issue("Left behind", **tree.named(feature))
    tree.settle()
    tree.world.delete(tree.world.item(feature))
    tree.settle()
    assert tree.world.handle.site.issue(feature) is None
    assert tree.parent_in_jira(key) is None
    item = tree.world.item(key)
    assert (item.deleted, item.parent, item.sync_state) == (None, None, "synced")
    calm(tree, item)


def chosen_by_both(tree: Tree) -> tuple[WorkItem, WorkItem, str]:
    """The board chose a parent while somebody in Jira chose one that the board lacks."""
    feature = tree.features()[0]
    item = tree.orphan()
    project_mapping.change(tree.art, actor=tree.world.person, values={"type_map": {"Epic": None}})
    epic = tree.new_feature("An epic", kind="Epic")
    tree.world.edit(item, parent=str(feature.pk))
    tree.adopt(item.remote_key, epic)
    tree.settle()
    item.refresh_from_db()
    return item, feature, epic


def test_a_parent_that_the_board_lacks_is_not_overwritten_unseen(whole: Tree):
    item, feature, epic = chosen_by_both(whole)
    assert (item.parent, whole.parent_in_jira(item.remote_key)) == (None, epic)
    conflict = Conflict.objects.get()
    assert (conflict.field, conflict.board, conflict.taken) == ("parent", str(feature.pk), "jira")
    conflicts.resolve(conflict.pk, "board", actor=whole.world.person)
    whole.settle()
    item.refresh_from_db()
    assert (item.parent, item.sync_state) == (feature, "synced")
    assert whole.parent_in_jira(item.remote_key) == feature.remote_key


@pytest.mark.parametrize("take", ["board", "jira"])
def test_a_person_is_asked_where_the_project_asks(whole: Tree, take: str):
    MappedProject.objects.update(conflict_policy="ask")
    whole.world.project.refresh_from_db()
    item, feature, epic = chosen_by_both(whole)
    for _ in range(2):
        assert (item.parent, whole.parent_in_jira(item.remote_key)) == (feature, epic)
        assert item.sync_state == "conflict"
        whole.world.edit_issue(item.remote_key, summary="Read once more")
        whole.settle()
        item.refresh_from_db()
    conflicts.resolve(Conflict.objects.get().pk, take, actor=whole.world.person)
    whole.settle()
    item.refresh_from_db()
    expected = (feature, feature.remote_key) if take == "board" else (None, epic)
    assert (item.parent, whole.parent_in_jira(item.remote_key)) == expected
    assert item.sync_state == "synced"


def test_a_parent_chosen_over_one_that_was_there_is_sent(tree: Tree):
    """What stays in Jira is told in the trace; a person who chooses another parent means it."""
    tree.map_art(maps={"type_map": {"Feature": None}})
    feature = tree.new_feature("Mapped", kind="Epic")
    tree.settle()
    item = tree.world.first()
    tree.world.edit(item, parent=str(tree.world.item(feature).pk))
    tree.settle()
    assert tree.parent_in_jira(item.remote_key) == feature
    assert not Conflict.objects.exists()
