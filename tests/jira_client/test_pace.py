"""What the headers of an answer leave of the budget."""

from datetime import UTC, datetime

import pytest

from jira_client.ratelimit import Pace

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def test_data_center_bucket() -> None:
    pace = Pace.of(
        {
            "x-ratelimit-limit": "60",
            "x-ratelimit-remaining": "0",
            "x-ratelimit-interval-seconds": "30",
            "x-ratelimit-fillrate": "15",
        }
    )
    assert (pace.limit, pace.remaining, pace.per_second) == (60, 0, 0.5)
    assert pace.wait(NOW) == 30


def test_cloud_reset() -> None:
    pace = Pace.of(
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-11-23T10:05Z"},
    )
    assert pace.wait(NOW) == 300


def test_something_left_means_no_waiting() -> None:
    bucket = {"x-ratelimit-interval-seconds": "30", "x-ratelimit-fillrate": "15"}
    pace = Pace.of({**bucket, "x-ratelimit-remaining": "1", "x-ratelimit-nearlimit": "true"})
    assert (pace.wait(NOW), pace.near_limit) == (0, True)


def test_silence_and_nonsense_mean_no_waiting() -> None:
    assert Pace.of({}) == Pace()
    odd = Pace.of({"x-ratelimit-remaining": "lots", "x-ratelimit-reset": "soon"})
    assert odd.wait(NOW) == 0


@pytest.mark.parametrize(
    ("reason", "scope"),
    [
        ("jira-quota-tenant-based", "connection"),
        ("jira-burst-based", "endpoint"),
        ("jira-per-issue-on-write", "issue"),
        ("", "connection"),
    ],
)
def test_what_a_refusal_concerns(reason: str, scope: str) -> None:
    assert Pace.of({"ratelimit-reason": reason}).scope == scope
