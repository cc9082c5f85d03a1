"""What follows from a failure, as a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.retry import LONGEST_DELAY, Failure, Verdict, backoff, decide

TABLE = [
    (Failure("authentication_refused"), Verdict.STOP),
    (Failure("captcha_required"), Verdict.STOP),
    (Failure("basic_disabled"), Verdict.STOP),
    (Failure("oauth_problem"), Verdict.STOP),
    (Failure("rate_limited", transient=True, retry_after=7.0), Verdict.LATER),
    (Failure("read_timed_out", transient=True, outcome_unknown=True), Verdict.LATER),
    (Failure("read_timed_out", True, outcome_unknown=True, creating=True), Verdict.LOOK_FIRST),
    (Failure("server_fault", True, outcome_unknown=True, creating=True), Verdict.LOOK_FIRST),
    (Failure("connection_refused", transient=True, creating=True), Verdict.LATER),
    (Failure("tls_failed"), Verdict.LATER),
    (Failure("proxy_failed"), Verdict.LATER),
    (Failure("invalid"), Verdict.NEVER),
    (Failure("permission_refused"), Verdict.NEVER),
    (Failure("workflow_invalid"), Verdict.NEVER),
]


@pytest.mark.parametrize(("failure", "verdict"), TABLE, ids=lambda part: str(part))
def test_the_verdict(failure, verdict):
    assert decide(failure, attempts=1).verdict is verdict


def test_a_fault_of_jira_on_one_request_is_parked_in_the_end():
    fault = Failure("server_fault", transient=True)
    assert decide(fault, attempts=7).verdict is Verdict.LATER
    assert decide(fault, attempts=8).verdict is Verdict.NEVER


@given(st.integers(1, 10_000), st.floats(0, 0.999))
def test_the_delay_grows_and_is_bounded(attempts, chance):
    delay = backoff(attempts, chance)
    assert 1.3 <= delay <= LONGEST_DELAY * 1.3
    assert backoff(attempts + 1, chance) >= delay


def test_what_jira_asks_for_is_waited_for():
    assert backoff(1, 0.0, retry_after=90.0) == 90.0


@pytest.mark.parametrize("asked", [86_400_000.0, 1e20, float("inf")])
def test_what_is_asked_for_has_a_bound(asked: float) -> None:
    for attempts in (1, 9):
        assert 3600.0 <= backoff(attempts, 0.99, retry_after=asked) <= 3600.0 * 1.3
