"""Mappings that were made before sub-task types were learnt: the daily comparison learns them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connections.models import MappedProject
from tests.sync.hierarchy.conftest import Tree
from tests.sync.world import World

SUBTASK = "Sub-task"


@pytest.fixture
def old(world_with: Callable[..., World]) -> Tree:
    """As stored by an earlier version: the type is mapped, what kind of type it is nobody knows."""
    tree = Tree(world_with(maps={"type_map": {SUBTASK: "10003"}}))
    forget(tree, "subtask_types")
    return tree


def forget(tree: Tree, fact: str) -> None:
    project = MappedProject.objects.get(pk=tree.world.project.pk)
    del project.facts[fact]
    project.save()


def facts(tree: Tree) -> dict[str, Any]:
    return MappedProject.objects.get(pk=tree.world.project.pk).facts


def test_the_comparison_that_learns_them_finds_their_parents(old: Tree) -> None:
    story = old.orphan()
    kind = {"issuetype": {"name": SUBTASK}, "parent": {"key": story.remote_key}}
    key = old.world.create_issue("A sub-task from Jira", **kind)
    old.settle()
    before = old.world.item(key)
    assert before.parent == (story if old.is_cloud else None)
    old.world.reconcile()
    assert old.world.item(key).parent == story
    if not old.is_cloud:
        assert facts(old)["subtask_types"] == ["10003"]
    assert old.world.item(key).sync_state == "synced"


def test_a_subtask_of_the_board_goes_out_after_it(old: Tree) -> None:
    old.world.reconcile()
    story = old.orphan()
    item = old.world.create("A sub-task", type=SUBTASK, parent=str(story.pk))
    old.settle()
    item.refresh_from_db()
    assert old.world.issue(item.remote_key)["parent"]["key"] == story.remote_key
    assert (item.parent, item.sync_state) == (story, "synced")


def test_a_project_and_its_types_are_asked_for_in_one_call(old: Tree) -> None:
    old.world.reconcile()
    old.world.control("POST", "reset")
    old.world.reconcile()
    calls = old.world.calls()
    # Its statuses are asked for everywhere: new ones are paired by themselves.
    asked = {n: c for n, c in calls.items() if "/project" in n and not n.endswith("/statuses")}
    assert list(asked.values()) == [1], asked
