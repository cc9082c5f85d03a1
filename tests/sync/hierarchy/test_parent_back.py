"""A parent that went out of sight, was kept by a person, and came back: its children find it again."""

from __future__ import annotations

from sync.models import Absence, Shadow, ShadowState
from tests.sync.hierarchy.conftest import Tree
from tests.sync.test_drain import deliver


def test_children_that_were_read_meanwhile_find_it_again(whole: Tree) -> None:
    parent = whole.features()[0]
    key = whole.world.create_issue("Stays in sight", **whole.named(parent.remote_key))
    whole.settle()
    child = whole.world.item(key)
    assert child.parent == parent
    Shadow.objects.filter(item=parent).update(state=ShadowState.GONE, absence=Absence.KEPT)
    whole.world.edit_issue(key, summary="Read meanwhile")
    whole.world.poll()  # of the children's project alone
    child.refresh_from_db()
    assert (child.summary, child.parent) == ("Read meanwhile", None)
    deliver(whole.world, "jira:issue_updated", parent.remote_id)
    whole.world.drain()
    child.refresh_from_db()
    parent.refresh_from_db()
    assert (child.parent, parent.sync_state) == (parent, "synced")
    whole.settle()
    assert whole.parent_in_jira(key) == parent.remote_key
