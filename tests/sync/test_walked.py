"""A status that no single step leads to is reached in two or three, where the way is unambiguous."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connections.access.gateway import jira_for
from jira_sandbox.model.projects import Transition
from planning.models import Change, WorkItem
from sync.models import Conflict
from tests.sync.world import PROJECT, World

pytestmark = pytest.mark.django_db(transaction=True)
TO_DO, PROGRESS, REVIEW, DONE, REJECTED = "10000", "3", "10001", "10002", "10003"


def workflow(world: World, *steps: tuple[str, str], required: tuple[str, ...] = ()) -> None:
    """Steps between these statuses only, both ways; `required` on the steps from To Do."""
    site = world.handle.site
    with site.lock:
        made = {}
        for number, (source, to) in enumerate([*steps, *((b, a) for a, b in steps)], 60):
            asked = required if source == TO_DO else ()
            name = f"to {site.statuses[to].name}"
            made[str(number)] = Transition(str(number), name, to, asked, (source,))
        site.project(PROJECT).transitions = made


def empty(world: World, *statuses: str) -> None:
    """No issue of the project is in these statuses: nothing shows what follows there."""
    site = world.handle.site
    with site.lock:
        for issue in site.issues.values():
            if issue.status.id in statuses:
                issue.status = site.statuses[DONE]


def done(world: World) -> tuple[WorkItem, Change]:
    item = world.item(world.create_and_read("a story"))
    world.edit(item, status="Done")
    world.push()
    item.refresh_from_db()
    return item, Change.objects.get(item=item)


@pytest.mark.parametrize("witness", [True, False])
def test_to_do_in_progress_done(world: World, witness: bool) -> None:
    workflow(world, (TO_DO, PROGRESS), (PROGRESS, DONE))
    if not witness:
        empty(world, PROGRESS)
    item, change = done(world)
    assert world.issue(item.remote_key)["status"]["name"] == "Done"
    assert (change.state, item.status, item.sync_state) == ("settled", "Done", "synced")
    world.settle()
    item.refresh_from_db()
    assert item.status == "Done"


def test_two_ways_are_not_guessed(world: World) -> None:
    workflow(world, (TO_DO, PROGRESS), (PROGRESS, DONE), (TO_DO, REVIEW), (REVIEW, DONE))
    for key, step in ((world.create_issue("one"), "60"), (world.create_issue("two"), "62")):
        world.jira("POST", f"/rest/api/2/issue/{key}/transitions", transition={"id": step})
    item, change = done(world)
    assert change.state == "parked"
    assert "Steps offered: In Progress, In Review." in change.message
    assert world.issue(item.remote_key)["status"]["name"] == "To Do"


def test_a_step_that_asks_for_something_is_not_taken_on_the_way(world: World) -> None:
    workflow(world, (TO_DO, PROGRESS), (PROGRESS, DONE), required=("resolution",))
    item, change = done(world)
    assert change.state == "parked"
    assert world.issue(item.remote_key)["status"]["name"] == "To Do"


def test_three_steps_are_not_walked_blindly(world: World) -> None:
    workflow(world, (TO_DO, PROGRESS), (PROGRESS, REVIEW), (REVIEW, DONE))
    empty(world, REVIEW)
    key = world.create_issue("in progress")
    world.jira("POST", f"/rest/api/2/issue/{key}/transitions", transition={"id": "60"})
    item, change = done(world)
    assert change.state == "parked"
    assert "In Progress" in change.message
    assert world.issue(item.remote_key)["status"]["name"] == "To Do"


def test_three_steps_that_other_issues_show_are_walked(world: World) -> None:
    workflow(world, (TO_DO, PROGRESS), (PROGRESS, REVIEW), (REVIEW, DONE))
    for name, steps in (("in progress", ("60",)), ("in review", ("60", "61"))):
        key = world.create_issue(name)
        for step in steps:
            world.jira("POST", f"/rest/api/2/issue/{key}/transitions", transition={"id": step})
    item, change = done(world)
    assert world.issue(item.remote_key)["status"]["name"] == "Done"
    assert (change.state, item.status, item.sync_state) == ("settled", "Done", "synced")
    world.settle()
    world.reconcile()
    item.refresh_from_db()
    assert item.status == "Done"
    assert not Conflict.objects.exists()


def test_two_ways_of_three_steps_are_not_guessed(world: World) -> None:
    workflow(
        world, (TO_DO, PROGRESS), (PROGRESS, REVIEW), (REVIEW, DONE), (PROGRESS, REJECTED),
        (REJECTED, DONE),
    )  # fmt: skip
    for name, steps in (("a", ("60",)), ("b", ("60", "61")), ("c", ("60", "63"))):
        key = world.create_issue(name)
        for step in steps:
            world.jira("POST", f"/rest/api/2/issue/{key}/transitions", transition={"id": step})
    item, change = done(world)
    assert change.state == "parked"
    assert world.issue(item.remote_key)["status"]["name"] == "To Do"


def test_four_steps_are_not_walked(world: World) -> None:
    workflow(world, (TO_DO, PROGRESS), (PROGRESS, REVIEW), (REVIEW, REJECTED), (REJECTED, DONE))
    for count in (1, 2, 3):
        key = world.create_issue(f"after {count}")
        for step in ("60", "61", "62")[:count]:
            world.jira("POST", f"/rest/api/2/issue/{key}/transitions", transition={"id": step})
    item, change = done(world)
    assert (change.state, change.code) == ("parked", "refused")
    assert world.issue(item.remote_key)["status"]["name"] == "To Do"


def test_half_way_is_no_edit_of_jiras(world: World) -> None:
    """The only step there is was taken, and it led no further: the board's status stays, and waits."""
    workflow(world, (TO_DO, PROGRESS), (PROGRESS, REVIEW), (REVIEW, DONE))
    empty(world, PROGRESS, REVIEW)
    item, change = done(world)
    assert world.issue(item.remote_key)["status"]["name"] == "In Progress"
    assert (change.state, item.status) == ("parked", "Done")
    assert "It is in “In Progress” now" in change.message
    world.settle()
    world.reconcile()
    item.refresh_from_db()
    assert item.status == "Done"


@pytest.mark.parametrize("first", ["push", "poll"])
@pytest.mark.parametrize("policy", ["ask", "jira_wins", "board_wins"])
def test_a_worker_that_dies_between_two_steps(
    world_with: Callable[..., World], killed_at: Any, first: str, policy: str
) -> None:
    """The status that it left behind is nobody's edit: the way is gone on with, and nobody is asked."""
    world = world_with(conflict_policy=policy)
    workflow(world, (TO_DO, PROGRESS), (PROGRESS, DONE))
    item = world.item(world.create_and_read("a story"))
    world.edit(item, status="Done")
    with killed_at("edit.claimed"):
        world.push(rounds=1)
    jira = jira_for(world.connection)
    step = next(one for one in jira.issues.transitions(item.remote_id) if one.to.id == PROGRESS)
    jira.issues.transition(item.remote_id, step.id)
    if first == "poll":
        world.poll()
    world.settle()
    item.refresh_from_db()
    assert world.issue(item.remote_key)["status"]["name"] == "Done"
    assert (item.status, item.sync_state) == ("Done", "synced")
    assert not Conflict.objects.exists()


def test_a_step_of_somebody_else_meanwhile_is_an_edit(
    world_with: Callable[..., World], killed_at: Any
) -> None:
    world = world_with(conflict_policy="ask")
    workflow(world, (TO_DO, PROGRESS), (PROGRESS, DONE))
    item = world.item(world.create_and_read("a story"))
    world.edit(item, status="Done")
    with killed_at("edit.claimed"):
        world.push(rounds=1)
    path = f"/rest/api/2/issue/{item.remote_key}/transitions"
    step = next(
        one for one in world.jira("GET", path)["transitions"] if one["to"]["id"] == PROGRESS
    )
    world.jira("POST", path, transition={"id": step["id"]})
    world.settle()
    assert Conflict.objects.get().field == "status"
