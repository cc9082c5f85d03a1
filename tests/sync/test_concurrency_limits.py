"""Which wake-ups may start: slow connections and imports never occupy every thread."""

from __future__ import annotations

import uuid
from contextlib import ExitStack

import pytest

from sync.worker import concurrency_limits as module
from sync.worker.concurrency_limits import Lanes

JIRAS = [uuid.uuid4() for _ in range(9)]


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    one = Clock()
    monkeypatch.setattr(module, "time", one)
    return one


def test_one_connection_has_two_of_a_kind_at_most(clock: Clock) -> None:
    lanes, quick = Lanes(8), JIRAS[0]
    with ExitStack() as running:
        entered = [running.enter_context(lanes.entering(quick, "poll")) for _ in range(4)]
        assert entered == [True, True, False, False]
        assert running.enter_context(lanes.entering(quick, "push"))
    with lanes.entering(quick, "poll") as again:
        assert again


def test_slow_connections_share_half_of_the_threads(clock: Clock) -> None:
    lanes = Lanes(8)
    for slow in JIRAS[:8]:
        with lanes.entering(slow, "push"):
            clock.now += 5
    with ExitStack() as running:
        entered = [running.enter_context(lanes.entering(slow, "push")) for slow in JIRAS[:8]]
        assert entered.count(True) == 4
        assert running.enter_context(lanes.entering(JIRAS[8], "push"))


def test_one_that_is_slow_just_now_counts(clock: Clock) -> None:
    lanes = Lanes(2)
    with lanes.entering(JIRAS[0], "drain"):
        clock.now += 5
        with lanes.entering(JIRAS[0], "push") as more:
            assert not more
        with lanes.entering(JIRAS[1], "push") as other:
            assert other


def test_a_connection_that_is_quick_again_is_quick(clock: Clock) -> None:
    lanes = Lanes(2)
    with lanes.entering(JIRAS[0], "push"):
        clock.now += 5
    with lanes.entering(JIRAS[0], "push"):
        clock.now += 0.1
    with lanes.entering(JIRAS[0], "push") as one, lanes.entering(JIRAS[0], "drain") as two:
        assert one
        assert two


def test_imports_leave_half_of_the_threads(clock: Clock) -> None:
    lanes = Lanes(4)
    with ExitStack() as running:
        entered = [running.enter_context(lanes.entering(jira, "bulk")) for jira in JIRAS[:5]]
        assert entered == [True, True, False, False, False]
        clock.now += 15
        assert running.enter_context(lanes.entering(JIRAS[0], "push"))
    with lanes.entering(JIRAS[0], "push") as edit:
        assert edit
