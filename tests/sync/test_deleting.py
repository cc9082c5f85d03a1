"""Deleting on the board: by policy the issue goes, or stays untouched with its links."""

from __future__ import annotations

import pytest
from django.urls import reverse

from almconnect.lib.api import Refused
from connections.report import permission_report
from planning.models import Change, Link, WorkItem
from sync.models import Shadow
from sync.outbox import ways_out
from sync.status import replay
from tests.sync.world import World


def linked_pair(world: World) -> tuple[WorkItem, WorkItem]:
    Link.objects.all().delete()
    a, b = WorkItem.objects.filter(project=world.project).order_by("rank")[:2]
    world.link(a, b)
    world.push()
    a.refresh_from_db()
    b.refresh_from_db()
    return a, b


def links(world: World, item: WorkItem) -> int:
    return len(world.issue(item.remote_key)["issuelinks"])


def test_letting_go_of_an_issue_leaves_its_links_in_jira(world: World):
    a, b = linked_pair(world)
    before = links(world, a), links(world, b)
    world.delete(a)
    world.settle()
    assert (links(world, a), links(world, b)) == before
    assert Shadow.objects.get(item=a).state == "unlinked"


def test_the_links_of_what_was_let_go_do_not_come_back_to_the_board(world: World):
    a, b = linked_pair(world)
    world.delete(a)
    world.settle()
    world.edit_issue(b.remote_key, description="Touched, so that it is read again")
    world.settle()
    assert not Link.objects.filter(deleted=None).filter(source=a).exists()


def test_deleting_takes_the_issue_with_its_links(world_with):
    world = world_with(deletion_policy="delete")
    a, b = linked_pair(world)
    before = links(world, b)
    world.delete(a)
    world.settle()
    assert world.handle.site.issues.get(int(a.remote_id)) is None
    assert links(world, b) == before - 1


def refused(world: World) -> tuple[WorkItem, Change]:
    world.grant("DELETE_ISSUES", False)
    item, other = linked_pair(world)
    world.delete(item)
    world.settle()
    item.refresh_from_db()
    assert Link.objects.filter(source=item, target=other, deleted=None).count() == 1
    return item, Change.objects.get(item=item, kind="delete")


def test_a_delete_without_the_permission_is_parked_and_the_item_stays(world_with):
    world = world_with(deletion_policy="delete")
    item, change = refused(world)
    assert (change.state, change.code) == ("parked", "delete_refused")
    assert "does not delete" in change.message
    assert world.issue(item.remote_key)
    assert (item.deleted, item.sync_state) == (None, "parked")
    assert [way.value for way in ways_out.of(change)] == ["again", "unlink", "keep"]
    world.edit(item, summary="still synced")
    world.settle()
    assert world.issue(item.remote_key)["summary"] == "still synced"


def test_sent_again_with_the_permission_it_goes_from_both_sides(world_with):
    world = world_with(deletion_policy="delete")
    item, change = refused(world)
    world.grant("DELETE_ISSUES", True)
    replay.replay_change(change, actor=world.person)
    world.settle()
    item.refresh_from_db()
    assert item.deleted
    assert world.handle.site.issues.get(int(item.remote_id)) is None
    assert Shadow.objects.get(item=item).state == "gone"


def test_unlinked_it_goes_from_the_board_and_stays_in_jira(world_with):
    world = world_with(deletion_policy="delete")
    item, change = refused(world)
    ways_out.go(change, "unlink", actor=world.person)
    world.settle()
    world.reconcile()
    item.refresh_from_db()
    assert item.deleted
    assert world.issue(item.remote_key)
    assert Shadow.objects.get(item=item).state == "unlinked"
    assert not Change.objects.filter(item=item, state="parked").exists()


def test_kept_it_is_synced_as_before(world_with):
    world = world_with(deletion_policy="delete")
    item, change = refused(world)
    ways_out.go(change, "keep", actor=world.person)
    item.refresh_from_db()
    assert (item.deleted, item.sync_state) == (None, "synced")
    with pytest.raises(Refused, match="send it again"):
        ways_out.go(change, "unlink", actor=world.person)


def test_the_ways_by_api_and_page(world_with, api, token_of, client_of, viewer):
    world = world_with(deletion_policy="delete")
    item, change = refused(world)
    caller = api(token_of(world.person))
    (row,) = caller.get("/sync/changes?state=parked").json()["items"]
    assert row["ways"] == ["again", "unlink", "keep"]
    address = f"/sync/changes/{change.operation}/decide"
    assert caller.post(address, {"way": "restore"}).status_code == 422
    page = client_of(world.person).get(reverse("sync:parked")).content.decode()
    assert reverse("sync:decide_change", args=[change.pk]) in page
    decide = reverse("sync:decide_change", args=[change.pk])
    assert client_of(viewer).post(decide, {"way": "unlink"}).status_code == 403
    assert caller.post(address, {"way": "unlink"}).json()["state"] == "dropped"
    item.refresh_from_db()
    assert item.deleted


def test_the_refusal_is_foretold_where_the_report_knows_it(world_with, client_of):
    world = world_with(deletion_policy="delete")
    world.grant("DELETE_ISSUES", False)
    permission_report.take(permission_report.request(world.connection, [], actor=world.person).pk)
    item, page = world.first(), client_of(world.person)
    for name in ("planning:delete", "planning:item"):
        assert "will refuse to delete" in page.get(reverse(name, args=[item.pk])).content.decode()
    world.grant("DELETE_ISSUES", True)
    permission_report.take(permission_report.request(world.connection, [], actor=world.person).pk)
    assert (
        "will refuse" not in page.get(reverse("planning:delete", args=[item.pk])).content.decode()
    )


def test_a_delete_that_jira_answers_and_does_not_carry_out(world_with):
    world = world_with(deletion_policy="delete")
    item = world.first()
    world.delete(item)
    world.fault("write_ignored", method="DELETE", path="/issue/")
    world.settle()
    item.refresh_from_db()
    change = Change.objects.get(item=item, kind="delete")
    assert (change.state, change.code, item.deleted) == ("parked", "delete_refused", None)
    assert "still has it" in change.message


@pytest.mark.parametrize("place", ["removing.claimed", "delete.sent", "delete.settled"])
def test_a_worker_killed_while_deleting(world_with, killed_at, place: str):
    world = world_with(deletion_policy="delete")
    item = world.first()
    world.delete(item)
    with killed_at(place):
        world.push(rounds=1)
    world.settle()
    assert world.handle.site.issues.get(int(item.remote_id)) is None
    assert Change.objects.get(item=item, kind="delete").state == "settled"
    assert Shadow.objects.get(item=item).state == "gone"


@pytest.mark.parametrize("place", ["removing.claimed", "link.drawn"])
def test_a_worker_killed_while_drawing_a_link(world: World, killed_at, place: str):
    Link.objects.all().delete()
    a, b = WorkItem.objects.filter(project=world.project).order_by("rank")[:2]
    before = links(world, a)
    world.link(a, b)
    with killed_at(place):
        world.push(rounds=1)
    world.settle()
    assert links(world, a) == before + 1
    assert Change.objects.get(kind="link").state == "settled"
    assert Link.objects.get(source=a, target=b, deleted=None).remote_id
