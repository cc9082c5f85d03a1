"""Both sides changed one field: the policy decides, nothing is lost, one click takes the other."""

from __future__ import annotations

import pytest

from almconnect.lib.api import Refused
from planning.models import Change
from sync.models import Conflict
from sync.pairs import conflicts
from tests.sync.world import World


def both_edit(world: World):
    item = world.first()
    world.edit(item, summary="board's", story_points=8)
    world.edit_issue(item.remote_key, summary="Jira's")
    world.push()
    item.refresh_from_db()
    return item


def test_jira_wins_by_default_and_the_boards_value_is_kept(world: World):
    item = both_edit(world)
    assert item.summary == "Jira's"
    conflict = Conflict.objects.get()
    assert (conflict.board, conflict.jira, conflict.taken) == ("board's", "Jira's", "jira")
    assert conflict.board_author == "rte"


def test_fields_without_conflict_keep_flowing(world: World):
    item = both_edit(world)
    assert item.story_points == 8
    points = world.project.field_map["story_points"]
    assert world.issue(item.remote_key)[points] == 8


def test_the_board_wins_where_the_project_says_so(world_with):
    world = world_with(conflict_policy="board_wins")
    item = both_edit(world)
    assert world.issue(item.remote_key)["summary"] == item.summary == "board's"
    assert Conflict.objects.get().taken == "board"


def test_asking_leaves_both_sides_until_a_person_decides(world_with):
    world = world_with(conflict_policy="ask")
    item = both_edit(world)
    world.settle()
    assert item.sync_state == "conflict"
    assert Change.objects.get(item=item).state == "conflict"
    assert world.issue(item.remote_key)["summary"] == "Jira's"
    conflict = Conflict.objects.get(resolved=None)
    conflicts.resolve(conflict.pk, "board", actor=world.person)
    world.settle()
    item.refresh_from_db()
    assert world.issue(item.remote_key)["summary"] == item.summary == "board's"
    assert item.sync_state == "synced"


def test_the_other_value_can_be_taken_after_the_policy_decided(world: World):
    item = both_edit(world)
    conflicts.resolve(Conflict.objects.get().pk, "board", actor=world.person)
    world.settle()
    item.refresh_from_db()
    assert world.issue(item.remote_key)["summary"] == item.summary == "board's"


def test_taking_jiras_side_needs_no_write_to_jira(world_with):
    world = world_with(conflict_policy="ask")
    item = both_edit(world)
    conflicts.resolve(Conflict.objects.get().pk, "jira", actor=world.person)
    world.settle()
    item.refresh_from_db()
    assert world.issue(item.remote_key)["summary"] == item.summary == "Jira's"


def test_only_two_sides_can_be_taken(world: World):
    both_edit(world)
    with pytest.raises(Refused):
        conflicts.resolve(Conflict.objects.get().pk, "neither", actor=world.person)
