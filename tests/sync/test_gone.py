"""Absence is not deletion: what Jira does not show leaves the board whole, and comes back whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from planning.models import Link, WorkItem
from sync.inbound import gone_items
from sync.models import Shadow
from sync.schedule import retention
from tests.sync.world import World


def story(world: World) -> WorkItem:
    return WorkItem.objects.live().filter(project=world.project, type="Story").order_by("rank")[0]


def look_apart(world: World) -> None:
    """Two looks, as far apart as they must be."""
    world.poll()
    Shadow.objects.exclude(absent_since=None).update(
        absent_since=timezone.now() - timedelta(minutes=2)
    )
    world.poll()


def hide(world: World, item: WorkItem) -> None:
    """The account sees the issue no more, and the board has found out."""
    world.hide(item)
    world.hook({"webhookEvent": "jira:issue_updated", "issue": {"id": item.remote_id}})
    world.drain()
    look_apart(world)
    item.refresh_from_db()
    assert item.deleted is not None


def look_due(world: World) -> None:
    Shadow.objects.exclude(look_due=None).update(look_due=timezone.now())


def test_hidden_it_leaves_the_board_and_stands_in_the_list(world: World) -> None:
    item = story(world)
    hide(world, item)
    (row,) = gone_items.rows(world.connection)
    assert (row.item_id, row.absence) == (item.pk, "unseen")
    assert row.look_due is not None


@pytest.mark.parametrize("by", ["webhook", "poll", "comparison"])
def test_shown_again_it_is_the_same_item_with_all_it_had(world: World, by: str) -> None:
    item, other = WorkItem.objects.live().filter(project=world.project, type="Story")[:2]
    link = world.link(item, other)
    world.settle()
    before = (item.pk, item.remote_key, item.rank)
    hide(world, item)
    assert Link.objects.get(pk=link.pk).deleted is not None
    world.show(item)
    if by == "webhook":
        again = {"webhookEvent": "jira:issue_updated", "issue": {"id": item.remote_id}, "n": 2}
        world.hook(again)
        world.drain()
    elif by == "poll":
        look_due(world)
        world.poll()
    else:
        world.reconcile()
    item.refresh_from_db()
    assert item.deleted is None
    assert (item.pk, item.remote_key, item.rank) == before
    assert item.sync_state == "synced"
    drawn = Link.objects.filter(source=item, target=other, deleted=None)
    assert drawn.count() == 1
    assert not gone_items.rows(world.connection).exists()
    world.edit(item, summary="In sync again")
    world.push()
    assert world.issue(item.remote_key)["summary"] == "In sync again"


def test_a_forged_deletion_of_a_hidden_issue_is_not_for_good(world: World) -> None:
    item = story(world)
    world.hide(item)
    world.hook({"webhookEvent": "jira:issue_deleted", "issue": {"id": item.remote_id}})
    world.drain()
    item.refresh_from_db()
    assert item.deleted is not None
    assert gone_items.rows(world.connection).get().absence == "deleted"
    world.show(item)
    look_due(world)
    world.poll()
    item.refresh_from_db()
    assert item.deleted is None


def test_it_is_asked_for_less_and_less_often(world: World) -> None:
    item = story(world)
    hide(world, item)
    distances: list[int] = []
    for _ in range(20):
        look_due(world)
        now = timezone.now()
        world.poll()
        due = Shadow.objects.get(item=item).look_due
        assert due is not None
        distances.append(round((due - now).total_seconds() / 60))
    assert distances == sorted(distances)
    assert distances[0] < 60
    assert distances[-1] == gone_items.LONGEST.total_seconds() / 60


def test_what_a_person_deleted_on_the_board_does_not_come_back(world: World) -> None:
    item = story(world)
    world.hide(item)
    world.delete(item)
    look_apart(world)
    world.push()
    world.show(item)
    world.hook({"webhookEvent": "jira:issue_updated", "issue": {"id": item.remote_id}})
    world.drain()
    world.reconcile()
    item.refresh_from_db()
    assert item.deleted is not None
    assert not gone_items.rows().exists()


def test_a_person_lets_it_go(world: World, rte: User, client_of: Any) -> None:
    item = story(world)
    hide(world, item)
    browser = client_of(rte)
    page = browser.get(reverse("sync:gone")).content.decode()
    assert item.remote_key in page
    assert "1 gone from Jira" in browser.get(reverse("sync:activity")).content.decode()
    browser.post(reverse("sync:let_go", args=[item.pk]))
    assert not gone_items.rows().exists()
    assert AuditEntry.objects.filter(action="item.let_go").count() == 1
    world.show(item)
    world.reconcile()
    item.refresh_from_db()
    assert item.deleted is not None


def test_by_api(world: World, rte: User, viewer: User, api: Any, token_of: Any) -> None:
    item = story(world)
    hide(world, item)
    (told,) = api(token_of(viewer)).get("/sync/gone").json()["items"]
    assert (told["item"], told["key"], told["why"]) == (str(item.pk), item.remote_key, "unseen")
    assert api(token_of(viewer)).delete(f"/sync/gone/{item.pk}").status_code == 403
    assert api(token_of(rte)).delete(f"/sync/gone/{item.pk}").status_code == 204
    assert api(token_of(rte)).delete(f"/sync/gone/{item.pk}").status_code == 404
    assert api(token_of(viewer)).get("/sync/gone").json()["items"] == []


def test_after_a_year_retention_lets_it_go(world: World) -> None:
    item = story(world)
    hide(world, item)
    retention.tidy()
    assert gone_items.rows().count() == 1
    WorkItem.objects.filter(pk=item.pk).update(deleted=timezone.now() - timedelta(days=366))
    retention.tidy()
    assert not gone_items.rows().exists()


def test_a_link_that_had_not_reached_jira_is_sent_after_the_return(world: World) -> None:
    item, other = WorkItem.objects.live().filter(project=world.project, type="Story")[:2]
    link = world.link(item, other)
    hide(world, item)
    world.show(item)
    again = {"webhookEvent": "jira:issue_updated", "issue": {"id": item.remote_id}, "n": 2}
    world.hook(again)
    world.drain()
    world.push()
    link.refresh_from_db()
    assert (link.deleted, link.sync_state) == (None, "synced")
    site = world.handle.site
    ends = {(str(one.source.id), str(one.target.id)) for one in site.links.values()}
    assert (item.remote_id, other.remote_id) in ends


def test_a_link_to_an_item_that_was_kept_for_its_edit_is_sent_after_the_return(
    world: World,
) -> None:
    item, other = WorkItem.objects.live().filter(project=world.project, type="Story")[:2]
    world.edit(other, summary="Only here so far")
    world.hide(other)
    world.hook({"webhookEvent": "jira:issue_deleted", "issue": {"id": other.remote_id}})
    world.drain()
    other.refresh_from_db()
    assert other.deleted is None, "what people wrote stays on the board"
    link = world.link(item, other)
    world.push()
    world.show(other)
    world.hook({"webhookEvent": "jira:issue_updated", "issue": {"id": other.remote_id}, "n": 2})
    world.drain()
    world.push()
    link.refresh_from_db()
    assert link.sync_state == "synced"
    assert world.issue(other.remote_key)["summary"] == "Only here so far"
