"""Histories on which the shell's machine has failed once, each as short as it could be made."""

from __future__ import annotations

import random

import pytest

from tests.sync.machine.shell import ShellMachine

pytestmark = pytest.mark.django_db(transaction=True)


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  # to be repeated, not to be secret


def test_an_issue_that_was_in_a_sprint_before_the_sprint_was_an_iteration() -> None:
    """Taken out of it on the board and planned again, between a push and a comparison."""
    machine = ShellMachine()
    machine.begin(policy="ask", deletes="delete")
    machine.act(chance=chance(108), verb="plan_board")
    machine.work(who="push")
    machine.act(chance=chance(342), verb="rank_board")
    machine.work(who="reconcile")
    machine.act(chance=chance(20648), verb="plan_board")
    machine.work(who="poll")
    machine.teardown()
