"""A write goes only to an issue that the mapping owns now: not to a moved, hidden or filtered one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from connections.models import Connection
from planning.models import Change, ChangeState, WorkItem
from tests.sync.world import World


@pytest.fixture
def deleting(world_with: Callable[..., World]) -> World:
    return world_with(deletion_policy="delete")


def frozen(world: World, key: str) -> tuple[dict[str, Any], Any, int]:
    issue = world.handle.site.keys[key]
    links = sum(issue.id in (one.source, one.target) for one in world.handle.site.links.values())
    return dict(issue.values), issue.updated, links


def test_deleting_a_moved_item_deletes_nothing_in_jira(deleting: World) -> None:
    item = deleting.first()
    key = deleting.move_away(item)
    before = frozen(deleting, key)
    deleting.delete(item)
    deleting.push()
    assert key in deleting.handle.site.keys
    assert frozen(deleting, key) == before
    change = Change.objects.get(item=item, kind="delete")
    assert change.state == ChangeState.SETTLED
    assert "not mapped" in change.message


def test_a_link_to_a_moved_item_is_not_drawn(world: World) -> None:
    first, second = WorkItem.objects.live().filter(project=world.project, type="Story")[:2]
    key = world.move_away(second)
    before = frozen(world, key)
    world.link(first, second)
    world.push()
    assert frozen(world, key) == before
    change = Change.objects.get(kind="link")
    assert (change.state, change.code) == (ChangeState.PARKED, "not_ours")


def test_what_the_filter_leaves_out_is_not_written(world_with: Callable[..., World]) -> None:
    world = world_with(deletion_policy="delete", jql="labels is EMPTY OR labels != private")
    first, second = WorkItem.objects.live().filter(project=world.project, type="Story")[:2]
    world.edit_issue(first.remote_key, labels=["private"])
    world.edit_issue(second.remote_key, labels=["private"])
    before = frozen(world, first.remote_key), frozen(world, second.remote_key)
    world.edit(first, summary="Mine")
    world.delete(second)
    world.push()
    assert (frozen(world, first.remote_key), frozen(world, second.remote_key)) == before
    assert Change.objects.get(item=first).code == "not_ours"
    assert "filter" in Change.objects.get(item=second, kind="delete").message


def test_what_the_account_does_not_see_is_not_deleted(deleting: World) -> None:
    item = deleting.first()
    deleting.hide(item)
    deleting.delete(item)
    deleting.push()
    assert item.remote_key in deleting.handle.site.keys
    assert "does not show" in Change.objects.get(item=item, kind="delete").message


def test_an_id_that_a_restored_jira_gave_out_again_is_not_deleted(deleting: World) -> None:
    """A person has said that Jira was restored; what is under the number now is somebody else's."""
    item = deleting.first()
    issue = deleting.handle.site.keys[item.remote_key]
    issue.created = issue.created.replace(year=issue.created.year - 1)
    Connection.objects.update(restore_accepted=timezone.now())
    deleting.delete(item)
    deleting.push()
    assert issue.key in deleting.handle.site.keys
    assert "another issue" in Change.objects.get(item=item, kind="delete").message
