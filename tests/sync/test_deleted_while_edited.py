"""An item deleted in Jira while a person's edit waits: the edit stays to be seen and acted on."""

from __future__ import annotations

import pytest

from planning.models import Change, WorkItem
from sync.models import Shadow
from sync.outbox import ways_out
from sync.status import replay
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def gone_with_edit(world: World, *, state: str = "waiting") -> tuple[WorkItem, Change]:
    """Edited on the board, and deleted in Jira before that was sent."""
    key = world.create_and_read("short-lived")
    item = world.item(key)
    world.edit(item, summary="what the person wrote", story_points=8)
    change = Change.objects.get(item=item)
    Change.objects.filter(pk=change.pk).update(state=state)
    world.jira("DELETE", f"/rest/api/2/issue/{key}")
    issue = {
        "id": item.remote_id,
        "key": key,
        "fields": {"project": {"id": world.project.remote_id}},
    }
    world.hook({"webhookEvent": "jira:issue_deleted", "timestamp": 1, "issue": issue})
    world.drain()
    item.refresh_from_db()
    change.refresh_from_db()
    return item, change


@pytest.mark.parametrize("state", ["waiting", "sending", "parked"])
def test_the_edit_is_parked_and_its_item_stays(world: World, state: str) -> None:
    item, change = gone_with_edit(world, state=state)
    assert (item.deleted, item.summary) == (None, "what the person wrote")
    assert (change.state, change.code) == ("parked", "gone_in_jira")
    assert "deleted in Jira" in change.message
    assert item.sync_state == "parked"
    world.settle()
    world.reconcile()
    item.refresh_from_db()
    change.refresh_from_db()
    assert (item.deleted, change.state) == (None, "parked")


def test_an_item_that_nobody_edited_goes_as_before(world: World) -> None:
    key = world.create_and_read("short-lived")
    item = world.item(key)
    world.jira("DELETE", f"/rest/api/2/issue/{key}")
    issue = {
        "id": item.remote_id,
        "key": key,
        "fields": {"project": {"id": world.project.remote_id}},
    }
    world.hook({"webhookEvent": "jira:issue_deleted", "timestamp": 1, "issue": issue})
    world.drain()
    item.refresh_from_db()
    assert item.deleted


@pytest.mark.parametrize("by", ["way", "replay"])
def test_created_again_it_carries_the_edit(world: World, by: str) -> None:
    item, change = gone_with_edit(world)
    if by == "way":
        ways_out.go(change, "restore", actor=world.person)
    else:
        replay.replay_change(change, actor=world.person)
    old = item.remote_key
    world.settle()
    item.refresh_from_db()
    assert item.remote_key not in ("", old)
    assert item.sync_state == "synced"
    assert world.issue(item.remote_key)["summary"] == "what the person wrote"
    assert len(world.issues("what the person wrote")) == 1


def test_kept_it_is_the_boards_alone(world: World) -> None:
    item, change = gone_with_edit(world)
    ways_out.go(change, "keep", actor=world.person)
    world.settle()
    item.refresh_from_db()
    assert (item.deleted, item.sync_state) == (None, "local_only")


def test_deleted_here_too(world: World) -> None:
    item, change = gone_with_edit(world)
    ways_out.go(change, "delete", actor=world.person)
    item.refresh_from_db()
    assert item.deleted
    assert not Change.objects.filter(state="parked").exists()


def test_found_by_two_looks_of_the_push(world: World) -> None:
    """No webhook: the push itself does not find the issue, twice."""
    key = world.create_and_read("short-lived")
    item = world.item(key)
    world.edit(item, story_points=8)
    world.jira("DELETE", f"/rest/api/2/issue/{key}")
    world.push(1)
    Shadow.objects.filter(item=item).update(absent_since="2020-01-01T00:00:00Z")
    world.push(1)
    change = Change.objects.get(item=item)
    item.refresh_from_db()
    assert (change.state, change.code, item.deleted) == ("parked", "gone_in_jira", None)
