"""Comments of an item whose issue is deleted in Jira, is another mapping's, or is put back to yesterday."""

from __future__ import annotations

import pytest

from accounts.models import User
from connections.models import Connection, MappedProject
from jira_sandbox.state.dump import dumped
from jira_sandbox.state.restore import go_back
from planning.models import Change, Comment, WorkItem
from sync.mapping import project_mapping
from sync.models import Shadow
from sync.outbox import ways_out
from sync.runs import project_runs
from tests.sync import test_restored as restoring
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def deleted_there(world: World, item: WorkItem) -> None:
    world.jira("DELETE", f"/rest/api/2/issue/{item.remote_key}")
    project = {"id": world.project.remote_id}
    issue = {"id": item.remote_id, "key": item.remote_key, "fields": {"project": project}}
    world.hook({"webhookEvent": "jira:issue_deleted", "timestamp": 1, "issue": issue})
    world.drain()


def test_a_comment_that_waited_is_parked_and_goes_to_a_new_issue(world: World) -> None:
    item = world.item(world.create_and_read("short-lived"))
    world.comment_there(item.remote_key, "theirs")
    world.comment(item, "told already")
    world.settle()
    world.comment(item, "too late")
    deleted_there(world, item)
    change = Change.objects.get(kind="comment", state="parked")
    assert change.code == ways_out.GONE_IN_JIRA
    ways_out.go(change, "restore", actor=world.person)
    world.settle()
    world.settle()
    item.refresh_from_db()
    assert sorted(world.comments_there(item.remote_key)) == [
        f"{world.person}:\n{text}" for text in ("told already", "too late")
    ]
    assert sorted(text for _who, text in world.comments(item)) == [
        "theirs",
        "told already",
        "too late",
    ]


def test_one_whose_item_went_is_not_sent(world: World) -> None:
    item = world.item(world.create_and_read("short-lived"))
    world.comment(item, "with it")
    world.delete(item)
    world.settle()
    assert set(Change.objects.values_list("state", flat=True)) <= {"settled", "dropped"}


def test_a_moved_issue_gets_none_from_here(world: World) -> None:
    item = world.first()
    world.comment(item, "not there")
    key = world.move_away(item)
    world.settle()
    assert world.comments_there(key) == []
    assert Change.objects.get(kind="comment").state == "parked"
    assert world.comments(item) == [(str(world.person), "not there")]


def test_what_a_restored_jira_lost_of_ours_stays_here(world: World, rte: User) -> None:
    item = world.first()
    world.comment(item, "before")
    world.settle()
    world.reconcile()
    site = world.handle.site
    with site.lock:
        then = dumped(site)
    for one in WorkItem.objects.filter(project=world.project).order_by("rank")[:4]:
        world.edit_issue(one.remote_key, summary=f"After the backup {one.remote_key}")
    world.comment(item, "after")
    world.comment_there(item.remote_key, "theirs, after")
    world.settle()
    go_back(site, then)
    restoring.time_passes(world)
    restoring.site_proof.suspect(world.connection)
    world.poll()
    assert Connection.objects.get(pk=world.connection.pk).site_doubt
    restoring.accepted(world, rte, "jira")
    assert [text for _who, text in world.comments(item)] == ["before", "after"]
    assert world.comments_there(item.remote_key) == [f"{world.person}:\nbefore"]
    assert Comment.objects.get(body="after").remote_id == ""


def test_one_that_is_unmapped_and_mapped_again_is_known_again(world: World) -> None:

    item = world.first()
    world.comment(item, "ours")
    world.comment_there(item.remote_key, "theirs")
    world.settle()
    project_mapping.unmap(world.project, actor=world.person)
    made, run = project_mapping.map_project(
        Connection.objects.get(pk=world.connection.pk), "FALCON", actor=world.person
    )
    while project_runs.work(run.pk):
        pass
    assert MappedProject.objects.get(pk=made.pk).comments == "both"
    assert Shadow.objects.get(item=item).project_id == made.pk
    assert [text for _who, text in world.comments(item)] == ["ours", "theirs"]
