"""Histories of the shell's machine: the same in each run, and new ones every day."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.soak.history import crash_points
from tests.sync.machine.dying import DEATHS, RARE
from tests.sync.machine.shell import OnDataCenter, ShellMachine
from tests.sync.machine.today import of_today

SAME_EACH_TIME = settings(
    max_examples=15,
    stateful_step_count=18,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    phases=[Phase.generate],  # a history takes seconds, so none is made shorter
    suppress_health_check=list(HealthCheck),
)
NEW_EACH_DAY = settings(SAME_EACH_TIME, max_examples=5, derandomize=False)


def test_what_is_rare_is_a_point_still() -> None:
    assert set(crash_points()) >= RARE


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("who", "point"),
    [
        ("push", "edit.written"),
        ("drain", "drain.applied"),
        ("poll", "poll.applied"),
        ("reconcile", "run.applied"),
    ],
)
def test_each_worker_dies_in_its_work(who: str, point: str) -> None:
    machine = ShellMachine()
    machine.died.clear()
    machine.begin(policy="ask", deletes="delete")
    assert point in DEATHS[who]
    machine.die_at(death=(who, point), chance=random.Random(1))  # noqa: S311
    assert machine.died == {who: 1}
    machine.teardown()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("machine", [ShellMachine, OnDataCenter], ids=["cloud", "datacenter"])
def test_every_history_ends_well(machine: type[ShellMachine]) -> None:
    machine.died.clear()
    run_state_machine_as_test(machine, settings=SAME_EACH_TIME)
    assert machine.died


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("machine", [ShellMachine, OnDataCenter], ids=["cloud", "datacenter"])
def test_every_history_of_today_ends_well(machine: type[ShellMachine]) -> None:
    run_state_machine_as_test(of_today(machine), settings=NEW_EACH_DAY)
