"""A conflict that waits, and an edit on the board after it: the decision is about what stands there now."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sync.models import Conflict
from sync.pairs import conflicts
from tests.sync.world import World


@pytest.mark.parametrize("take", ["board", "jira"])
def test_the_newer_value_of_the_board_is_decided_about(
    world_with: Callable[..., World], take: str
) -> None:
    world = world_with(conflict_policy="ask")
    item = world.edit(world.first(), summary="First thought")
    world.edit_issue(item.remote_key, summary="Jira's")
    world.settle()
    world.edit(item, summary="Second thought")
    row = conflicts.resolve(Conflict.objects.get(resolved=None).pk, take, actor=world.person)
    world.settle()
    stands = {"board": "Second thought", "jira": "Jira's"}[take]
    assert world.item(item.remote_key).summary == stands
    assert world.issue(item.remote_key)["summary"] == stands
    assert row.board == "Second thought", "kept, so that one click still takes it"
