"""Places in the order and moves into sprints go fifty a call, with queries that do not grow."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from planning import card_moves
from planning.models import Change, WorkItem
from tests.sync.test_order import order_in_jira, order_on_board
from tests.sync.world import World


@pytest.fixture
def crowd(world: World) -> list[WorkItem]:
    """Sixty items more, outside of iterations."""
    for number in range(60):
        world.create_issue(f"One of many {number}")
    world.poll()
    rows = WorkItem.objects.live().filter(project=world.project, summary__startswith="One of")
    return list(rows.order_by("rank"))


def called(world: World, part: str) -> int:
    return sum(number for call, number in world.calls().items() if part in call)


def put_first(world: World, items: list[WorkItem]) -> None:
    """In their order, before everything else of their cell."""
    others = WorkItem.objects.live().filter(project=world.project, iteration=None)
    anchor = others.exclude(pk__in=[item.pk for item in items]).order_by("rank")[0]
    for item in items:
        card_moves.move_item(item.pk, actor=world.person, before=anchor.pk)


def put_last(world: World, items: list[WorkItem]) -> None:
    others = WorkItem.objects.live().filter(project=world.project, iteration=None)
    after = others.exclude(pk__in=[item.pk for item in items]).order_by("-rank")[0]
    for item in items:
        card_moves.move_item(item.pk, actor=world.person, after=after.pk)
        after = item


@pytest.mark.parametrize("put", [put_first, put_last])
def test_sixty_neighbours_are_ranked_by_two_calls(world: World, crowd, put):
    put(world, crowd[:30] + crowd[30:][::-1])
    world.control("POST", "reset")
    world.push()
    assert called(world, "/issue/rank") == 2
    world.poll()
    assert order_on_board(world) == order_in_jira(world)
    assert not Change.objects.exclude(state="settled").exists()


def test_an_issue_that_cannot_be_ranked_holds_up_no_other(world: World, crowd):
    lost = crowd[3]
    put_first(world, crowd[:10])
    world.jira("DELETE", f"/rest/api/2/issue/{lost.remote_key}")
    world.push()
    states = Change.objects.exclude(item=lost).values_list("state", flat=True)
    assert set(states) == {"settled"}


def test_sixty_items_move_into_a_sprint_by_two_calls(world: World, crowd):
    board = f"/rest/agile/1.0/board/{world.project.board_id}/sprint"
    sprint = next(s["id"] for s in world.jira("GET", board)["values"] if s["state"] == "future")
    iteration = world.iteration(1, sprint)
    for item in crowd:
        world.edit(item, iteration=str(iteration.pk))
    world.control("POST", "reset")
    world.push()
    assert called(world, "/sprint/") == 2
    assert not Change.objects.exclude(state="settled").exists()


def test_queries_do_not_grow_with_the_items(world: World, crowd):
    def queries(items: list[WorkItem]) -> int:
        for item in items:
            world.edit(item, summary=f"{item.summary}!", labels=["x"])
        with CaptureQueriesContext(connection) as seen:
            world.push(rounds=1)
        return len(seen)

    few, many = queries(crowd[:5]), queries(crowd[5:45])
    assert many <= few + 3
