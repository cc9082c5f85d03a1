"""The order of cards goes both ways, and iterations that become sprints take their items in."""

from __future__ import annotations

from planning import card_moves, sprints
from planning.models import Iteration, Pi, WorkItem
from sync.inbound import sprint_placement
from tests.sync.world import PROJECT, World


def order_in_jira(world: World) -> list[str]:
    rank = world.project.field_map["rank"]
    issues = [i for i in world.handle.site.issues.values() if i.project.key == PROJECT]
    fields = {i.key: world.issue(i.key)[rank] for i in issues}
    return sorted(fields, key=lambda key: fields[key])


def order_on_board(world: World) -> list[str]:
    rows = WorkItem.objects.live().filter(project=world.project).order_by("rank")
    return list(rows.values_list("remote_key", flat=True))


def test_a_card_put_first_is_first_in_jira_and_stays_there(world: World):
    cell = list(WorkItem.objects.filter(project=world.project, iteration=None).order_by("rank"))
    card_moves.move_item(cell[-1].pk, actor=world.person, before=cell[0].pk)
    world.poll()  # a read that comes before the push must not put it back
    world.settle()
    world.poll()
    assert order_in_jira(world)[0] == cell[-1].remote_key
    assert order_on_board(world) == order_in_jira(world)


def test_a_card_put_last_is_last_in_jira(world: World):
    cell = list(WorkItem.objects.filter(project=world.project, iteration=None).order_by("rank"))
    card_moves.move_item(cell[0].pk, actor=world.person, after=cell[-1].pk)
    world.settle()
    assert order_in_jira(world)[-1] == cell[0].remote_key
    assert order_on_board(world) == order_in_jira(world)


def test_a_rank_without_the_permission_is_parked(world: World):
    world.grant("SCHEDULE_ISSUES", False)
    cell = list(WorkItem.objects.filter(project=world.project, iteration=None).order_by("rank"))
    card_moves.move_item(cell[-1].pk, actor=world.person, before=cell[0].pk)
    world.push()
    item = WorkItem.objects.get(pk=cell[-1].pk)
    assert item.sync_state == "parked"


def test_items_read_before_take_the_iteration_their_sprint_becomes(world: World):
    board = f"/rest/agile/1.0/board/{world.project.board_id}/sprint"
    sprint = next(s["id"] for s in world.jira("GET", board)["values"] if s["state"] != "closed")
    key = world.first().remote_key
    world.jira("POST", f"/rest/agile/1.0/sprint/{sprint}/issue", issues=[key])
    world.poll()
    assert world.item(key).iteration is None
    iteration = Iteration.objects.create(pi=Pi.objects.create(name="PI"), index=1, name="I1")
    sprints.set_sprints(iteration, {str(world.team.pk): sprint})
    assert sprint_placement.place(world.project.pk) >= 1
    assert world.item(key).iteration == iteration
    assert sprint_placement.place(world.project.pk) == 0
