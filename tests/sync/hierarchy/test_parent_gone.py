"""A parent whose issue is hidden leaves the board; shown again, its children are its own again."""

from __future__ import annotations

from tests.sync.hierarchy.conftest import Tree
from tests.sync.test_drain import deliver
from tests.sync.test_gone import look_apart


def test_children_are_its_own_again(whole: Tree) -> None:
    parent = whole.features()[0]
    key = whole.world.create_issue("Its story", **whole.named(parent.remote_key))
    whole.settle()
    child = whole.world.item(key)
    assert child.parent == parent
    whole.world.hide(parent)
    deliver(whole.world, "jira:issue_deleted", parent.remote_id)
    whole.world.drain()
    look_apart(whole.world)
    parent.refresh_from_db()
    child.refresh_from_db()
    assert parent.deleted is not None
    assert child.parent is None
    whole.world.show(parent)
    deliver(whole.world, "jira:issue_updated", parent.remote_id)
    whole.world.drain()
    parent.refresh_from_db()
    child.refresh_from_db()
    assert (parent.deleted, child.parent) == (None, parent)
    whole.settle()
    child.refresh_from_db()
    assert child.parent == parent
    assert whole.parent_in_jira(key) == parent.remote_key
