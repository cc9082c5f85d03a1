"""A comment of ours that went from Jira before its issue was read again: the listing is then the same as
before it was written, and still it is not there.
"""

from __future__ import annotations

import pytest

from accounts.models import User
from connections.models import Connection
from jira_sandbox.state.dump import dumped
from jira_sandbox.state.restore import go_back
from planning.models import Comment, WorkItem
from tests.sync import test_restored as restoring
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_that_was_deleted_there_at_once_is_gone_here(world: World) -> None:
    item = world.first()
    world.settle()
    comment = world.comment(item, "not wanted there")
    world.push()
    comment.refresh_from_db()
    assert comment.remote_id
    world.jira("DELETE", f"/rest/api/2/issue/{item.remote_key}/comment/{comment.remote_id}")
    world.settle()
    assert world.comments(item) == []


def test_one_that_a_restored_jira_lost_before_it_was_read_stays_here(
    world: World, rte: User
) -> None:
    item = world.first()
    world.settle()
    world.reconcile()
    site = world.handle.site
    with site.lock:
        then = dumped(site)
    for one in WorkItem.objects.filter(project=world.project).order_by("-rank")[:4]:
        world.edit_issue(one.remote_key, summary=f"After the backup {one.remote_key}")
    world.poll()
    world.comment(item, "after")
    world.push()
    go_back(site, then)
    restoring.time_passes(world)
    restoring.site_proof.suspect(world.connection)
    world.poll()
    assert Connection.objects.get(pk=world.connection.pk).site_doubt
    restoring.accepted(world, rte, "jira")
    assert [text for _who, text in world.comments(item)] == ["after"]
    assert Comment.objects.get(body="after").remote_id == ""
