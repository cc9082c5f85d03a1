"""Histories on which a machine has failed once, each as short as it could be made."""

from __future__ import annotations

import pytest

from sync.core.merge import Policy
from tests.sync.machine.core import CoreMachine

AFTER_CLAIM = 3  # steps of a push with one edit, until what it sends is stored
AFTER_CREATE = 4  # steps of a push with one create, until its item and issue are a pair


def begun(policy: Policy = Policy.JIRA_WINS) -> CoreMachine:
    """A machine with one item that is in Jira."""
    machine = CoreMachine()
    machine.begin(policy=policy, seed=0)
    machine.create_on_board(pick=0)
    machine.work("push", 100)
    return machine


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("reader", ["drain", "compare"])
def test_an_overwritten_edit_is_found_after_our_echo_was_read(policy: Policy, reader: str):
    machine = begun(policy)
    machine.edit_on_board("summary", 0)
    machine.work("push", AFTER_CLAIM)
    machine.edit_in_jira("summary", 0)
    machine.work("push", 1)
    machine.crash(0)
    machine.work(reader, 100)
    machine.teardown()


@pytest.mark.parametrize("policy", Policy)
def test_what_is_put_back_overwrites_nothing_newer(policy: Policy):
    machine = begun(policy)
    machine.edit_on_board("summary", 0)
    machine.work("push", AFTER_CLAIM)
    machine.edit_in_jira("summary", 0)
    machine.work("push", 2)  # written, and read back
    machine.edit_in_jira("summary", 0)
    machine.teardown()


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("reader", ["push", "drain", "compare"])
def test_a_crash_right_after_putting_back_loses_nothing_that_it_overwrote(
    policy: Policy, reader: str
):
    machine = begun(policy)
    machine.edit_on_board("summary", 0)
    machine.work("push", AFTER_CLAIM)
    machine.edit_in_jira("summary", 0)
    machine.work("push", 2)  # written, and read back
    machine.edit_in_jira("summary", 0)
    machine.work("push", 1)  # put back
    machine.crash(0)
    machine.work(reader, 100)
    machine.teardown()


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("reader", ["push", "drain", "compare"])
def test_what_is_left_over_from_a_create_is_looked_back_at_after_a_crash(
    policy: Policy, reader: str
):
    machine = CoreMachine()
    machine.begin(policy=policy, seed=0)
    machine.create_on_board(pick=0)
    machine.work("push", AFTER_CREATE)
    machine.edit_on_board("story_points", 0)  # after the push has taken what it sends
    machine.work("push", 2)  # read, and about to write it
    machine.edit_in_jira("story_points", 0)
    machine.work("push", 1)
    machine.crash(0)
    machine.work(reader, 100)
    machine.teardown()


def test_an_edit_of_an_item_deleted_before_jira_took_it_does_not_wait_for_ever():
    machine = CoreMachine()
    machine.begin(policy=Policy.JIRA_WINS, seed=0)
    machine.create_on_board(pick=0)
    machine.edit_on_board("summary", 0)
    machine.work("push", 2)
    machine.crash(0)
    machine.board.delete("i1")
    machine.teardown()


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("reader", ["push", "drain", "compare"])
def test_what_both_fill_in_before_the_first_read_is_a_conflict(policy: Policy, reader: str):
    machine = CoreMachine()
    machine.begin(policy=policy, seed=0)
    machine.create_on_board(pick=0)
    machine.work("push", AFTER_CREATE)
    assert machine.board.pairs
    machine.edit_on_both_sides("story_points", 0)
    machine.crash(0)
    machine.work(reader, 100)
    machine.teardown()
    assert [one.clash.field for one in machine.board.conflicts] == ["story_points"]
