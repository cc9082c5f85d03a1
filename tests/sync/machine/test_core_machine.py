"""Any history of a board, a Jira and their faults ends with both sides equal, or says where not."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sync.machine.core import CoreMachine
from tests.sync.machine.today import of_today

SAME_EACH_TIME = settings(
    max_examples=1000,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
NEW_EACH_DAY = settings(SAME_EACH_TIME, max_examples=300, derandomize=False)


@pytest.mark.slow
def test_every_history_ends_well() -> None:
    run_state_machine_as_test(CoreMachine, settings=SAME_EACH_TIME)


@pytest.mark.slow
def test_every_history_of_today_ends_well() -> None:
    run_state_machine_as_test(of_today(CoreMachine), settings=NEW_EACH_DAY)
