"""A finished story stays in the iteration whose sprint was completed; what was carried over moves."""

from __future__ import annotations

import pytest

from almconnect.lib.api import Refused
from planning.models import SprintLink, WorkItem
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def sprint_of(world: World, state: str) -> int:
    site = world.handle.site
    board = world.project.board_id
    return next(
        one.id for one in site.sprints.values() if one.board_id == board and one.state == state
    )


def put(world: World, key: str, sprint: int, status: str) -> None:
    """As Jira holds it: this one sprint, and this status."""
    site = world.handle.site
    with site.lock:
        issue = site.keys[key]
        issue.values["sprints"] = (site.sprints[sprint],)
        issue.status = next(one for one in site.statuses.values() if one.name == status)


def complete(world: World, sprint: int) -> None:
    world.jira("POST", f"/rest/agile/1.0/sprint/{sprint}", state="closed")


def test_what_was_finished_stays_and_what_was_carried_over_moves(world: World) -> None:
    active, following = sprint_of(world, "active"), sprint_of(world, "future")
    one, two = world.iteration(1, active), world.iteration(2, following)
    keys = [world.create_issue(f"story {n}") for n in range(3)]
    for key, status in zip(keys, ("Done", "In Progress", "To Do"), strict=True):
        put(world, key, active, status)
    world.reconcile()
    assert {world.item(key).iteration_id for key in keys} == {one.pk}

    complete(world, active)
    world.jira("POST", f"/rest/agile/1.0/sprint/{following}/issue", issues=[keys[1]])
    world.reconcile()

    where = [world.item(key).iteration_id for key in keys]
    assert where == [one.pk, two.pk, None]
    assert all(world.item(key).sync_state == "synced" for key in keys)


def test_of_several_closed_sprints_the_last_one_closed_counts(world: World) -> None:
    site = world.handle.site
    early, late = sprint_of(world, "closed"), sprint_of(world, "active")
    complete(world, late)
    iteration = world.iteration(1, late)
    key = world.create_issue("finished at last")
    with site.lock:
        issue = site.keys[key]
        issue.values["sprints"] = (site.sprints[late], site.sprints[early])
        issue.status = site.statuses["10002"]
    world.reconcile()
    assert world.item(key).iteration_id == iteration.pk


def test_a_closed_sprint_that_becomes_an_iteration_later_takes_its_stories(world: World) -> None:
    closed = sprint_of(world, "closed")
    key = world.create_issue("finished long ago")
    put(world, key, closed, "Done")
    world.reconcile()
    assert world.item(key).iteration_id is None
    iteration = world.iteration(1, closed)
    world.reconcile()
    assert world.item(key).iteration_id == iteration.pk


@pytest.mark.parametrize("where", ["backlog", "closed"])
def test_dragging_where_jira_cannot_follow_is_refused_before_it_is_tried(
    world: World, where: str
) -> None:
    closed = sprint_of(world, "closed")
    old, other = world.iteration(1, closed), world.iteration(2, sprint_of(world, "active"))
    SprintLink.objects.filter(sprint_id=closed).update(sprint_state="closed")
    key = world.create_issue("finished")
    put(world, key, closed, "Done")
    world.reconcile()
    item = world.item(key) if where == "backlog" else world.item(world.create_and_read("open"))
    target = None if where == "backlog" else str(old.pk)
    if where == "closed":
        world.edit(item, iteration=str(other.pk))
        world.settle()
        item = WorkItem.objects.get(pk=item.pk)
    before = item.iteration_id

    with pytest.raises(Refused, match="closed in Jira") as caught:
        world.edit(item, iteration=target)

    assert set(caught.value.fields) == {"iteration"}
    assert WorkItem.objects.get(pk=item.pk).iteration_id == before
    world.calls()
    world.settle()
    assert WorkItem.objects.get(pk=item.pk).iteration_id == before


def test_what_was_carried_over_moves_when_the_webhook_tells_of_the_sprint(world: World) -> None:
    """Jira leaves what was carried to the backlog as it is: no issue tells that its sprint is history."""
    active = sprint_of(world, "active")
    one = world.iteration(1, active)
    keys = [world.create_issue(f"story {n}") for n in range(2)]
    for key, status in zip(keys, ("Done", "To Do"), strict=True):
        put(world, key, active, status)
    world.reconcile()
    complete(world, active)
    world.hook({"webhookEvent": "sprint_closed", "timestamp": 1, "sprint": {"id": active}})
    world.drain()
    world.drain()
    assert [world.item(key).iteration_id for key in keys] == [one.pk, None]
    assert SprintLink.objects.get(sprint_id=active).sprint_state == "closed"
