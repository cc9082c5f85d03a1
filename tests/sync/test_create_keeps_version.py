"""Whoever created an item may edit it by the version they were given, though Jira filled it in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from planning.models import BoardEvent, WorkItem
from tests.callers import ApiCaller
from tests.sync.world import World


@pytest.fixture
def board(world: World, token_of: Callable[..., str]) -> ApiCaller:
    return ApiCaller(token_of(world.person))


def create(board: ApiCaller, world: World, **values: Any) -> tuple[str, str]:
    """Its address, and the ETag that was answered."""
    sent = {"project": str(world.project.pk), "type": "Story", "summary": "Brakes", **values}
    made = board.post("/items", sent)
    assert made.status_code == 201, made.content
    return f"/items/{made.json()['id']}", made["ETag"]


def test_the_first_read_is_no_edit(world: World, board: ApiCaller) -> None:
    path, tag = create(board, world)
    world.settle()
    item = board.get(path)
    assert item.json()["remote"]["key"]
    assert item.json()["status"]  # which the board had left to Jira
    assert item["ETag"] == tag
    edited = board.patch(path, {"summary": "Better brakes"}, If_Match=tag)
    assert edited.status_code == 200, edited.content
    world.settle()
    assert world.issue(item.json()["remote"]["key"])["summary"] == "Better brakes"
    assert board.patch(path, {"summary": "Worse"}, If_Match=tag).status_code == 412


def test_nor_where_the_webhook_is_read_first(world: World, board: ApiCaller) -> None:
    path, tag = create(board, world, labels=["wheels"])
    world.push(rounds=1)
    world.drain()
    world.poll()
    assert board.get(path)["ETag"] == tag


def test_nor_with_a_sprint_and_a_status_to_push(world: World, board: ApiCaller) -> None:
    sprints = world.handle.site.sprints.values()
    sprint = next(one for one in sprints if one.state == "active" and "Falcon" in one.name)
    iteration = world.iteration(1, int(sprint.id))
    path, tag = create(board, world, iteration=str(iteration.pk), status="In Progress")
    world.settle()
    item = board.get(path)
    assert item["ETag"] == tag
    assert item.json()["status"] == "In Progress"
    assert item.json()["sync"]["state"] == "synced", item.json()["sync"]


def test_who_follows_the_board_hears_what_jira_filled_in(world: World, board: ApiCaller) -> None:
    path, _tag = create(board, world)
    before = BoardEvent.objects.count()
    world.settle()
    told = {name for event in BoardEvent.objects.all()[before:] for name in event.fields}
    assert {"key", "status"} <= told
    assert path


def test_an_edit_in_jira_before_the_first_read_is_one(world: World, board: ApiCaller) -> None:
    path, tag = create(board, world)
    world.fault("answer_lost", times=1, method="POST", path=r"/issue(/bulk)?$")
    world.push(rounds=1)
    world.mend()
    keys = world.issues("Brakes")
    assert len(keys) == 1
    world.edit_issue(keys[0], summary="Wheels")
    world.settle()
    world.settle()
    item = board.get(path)
    assert item.json()["summary"] == "Wheels"
    assert item["ETag"] != tag
    assert board.patch(path, {"summary": "Brakes!"}, If_Match=tag).status_code == 412


def test_an_old_item_that_jira_fills_is_edited(world: World, board: ApiCaller) -> None:
    item = world.first()
    assert not WorkItem.objects.get(pk=item.pk).labels
    world.edit_issue(item.remote_key, labels=["late"])
    world.poll()
    assert board.get(f"/items/{item.pk}").json()["version"] == item.version + 1
