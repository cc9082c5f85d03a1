"""When edits stop, writes stop: what cannot be said is said on the item, once."""

from __future__ import annotations

import pytest

from planning.models import Change, ChangeKind, Iteration, Pi, WorkItem
from sync.mapping import project_mapping
from sync.models import Shadow
from sync.outbox import corrective_changes
from sync.status import replay
from tests.sync.world import World


def plain_iteration() -> Iteration:
    """One that is no sprint of any team."""
    return Iteration.objects.create(pi=Pi.objects.create(name="PI"), index=1, name="I1")


def assert_quiet(world: World, item: WorkItem) -> None:
    """Further polls, with the issue read each time, make no Change."""
    before = Change.objects.count()
    for number in range(3):
        world.edit_issue(item.remote_key, labels=[f"touch-{number}"])
        world.settle()
    assert Change.objects.count() == before


def test_an_iteration_without_a_sprint_makes_no_endless_changes(world: World):
    item = world.first()
    world.edit(item, iteration=str(plain_iteration().pk))
    world.settle()
    assert_quiet(world, item)
    item.refresh_from_db()
    assert "iteration: Kept on the board only" in item.sync_detail


def test_an_iteration_that_becomes_a_sprint_is_sent_then(world: World):
    from planning import sprints

    item, iteration = world.first(), plain_iteration()
    world.edit(item, iteration=str(iteration.pk))
    world.settle()
    board = f"/rest/agile/1.0/board/{world.project.board_id}/sprint"
    sprint = next(s["id"] for s in world.jira("GET", board)["values"] if s["state"] == "future")
    sprints.set_sprints(iteration, {str(world.team.pk): sprint})
    corrective_changes.tell_iterations(world.project.pk)
    world.settle()
    item.refresh_from_db()
    assert item.sync_state == "synced"
    assert Shadow.objects.get(item=item).sprint_ref == sprint


def test_a_status_that_is_not_mapped_makes_no_endless_changes(world: World):
    item = world.first()
    world.edit(item, summary="Kept in step")
    WorkItem.objects.filter(pk=item.pk).update(status="Only here")
    world.settle()
    assert_quiet(world, item)
    item.refresh_from_db()
    assert "“Only here” is not mapped" in item.sync_detail


def test_a_parent_that_jira_lacks_is_told_of_and_sent_once_it_is_there(world: World):
    art, _ = project_mapping.map_project(world.connection, "ART", actor=world.person)
    allow = {"user": "svc-alm", "project": "ART", "permission": "CREATE_ISSUES"}
    world.control("POST", "grants", **allow, granted=False)
    parent = world.create("Parent", project=art, type="Feature")
    child = world.first()
    world.edit(child, parent=str(parent.pk))
    world.settle()
    create = Change.objects.get(item=parent, kind=ChangeKind.CREATE)
    assert create.state == "parked"
    assert_quiet(world, child)
    child.refresh_from_db()
    assert "the parent is not in this Jira" in child.sync_detail
    world.control("POST", "grants", **allow, granted=True)
    replay.replay_change(create, actor=world.person)
    world.settle()
    child.refresh_from_db()
    assert Shadow.objects.get(item=child).agreed["parent"] == str(parent.pk)
    assert child.sync_state == "synced"


def test_a_parked_field_holds_up_no_other(world_with):
    world = world_with(conflict_policy="board_wins")
    item = world.edit(world.first(), assignee={"id": "nobody", "name": "x"})
    world.push()
    WorkItem.objects.filter(pk=item.pk).update(summary="board's")
    world.edit_issue(item.remote_key, summary="jira's")
    world.poll()
    world.settle()
    assert world.issue(item.remote_key)["summary"] == "board's"


def test_a_field_that_flips_is_parked(world: World):
    """An automation in Jira undoes what one on the board sets, again and again."""
    item = world.first()
    for _ in range(9):
        world.edit(item, summary="board's automation")
        world.settle()
        world.edit_issue(item.remote_key, summary="Jira's automation")
        world.settle()
    parked = Change.objects.filter(item=item, state="parked")
    assert parked.exists()
    assert "within ten minutes" in parked[0].message
    assert Change.objects.filter(item=item, state="settled").count() == 5
    item.refresh_from_db()
    assert item.sync_state == "parked"


@pytest.mark.parametrize("word", ["labels", "story_points"])
def test_editing_the_same_field_six_times_is_no_flip(world: World, word: str):
    item = world.first()
    for number in range(8):
        world.edit(item, **{word: [f"l{number}"] if word == "labels" else number})
        world.settle()
    assert not Change.objects.filter(state="parked").exists()
