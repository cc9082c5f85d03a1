"""Deleting on the board: by policy the issue goes, or stays untouched with its links."""

from __future__ import annotations

import pytest

from planning.models import Change, Link, WorkItem
from sync.models import Shadow
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


def test_a_delete_without_the_permission_leaves_the_issue_and_says_so(world_with):
    world = world_with(deletion_policy="delete")
    world.grant("DELETE_ISSUES", False)
    item = world.first()
    world.delete(item)
    world.settle()
    change = Change.objects.get(item=item, kind="delete")
    assert change.state == "settled"
    assert "stays there" in change.message
    assert world.issue(item.remote_key)


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
