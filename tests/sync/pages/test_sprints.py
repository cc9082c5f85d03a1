"""Which sprint becomes which iteration: by days where both have some, else by order; names shortened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from jira_client.values import Sprint
from planning.models import Iteration
from planning.sprint_names import iteration_name
from sync.mapping.sprints import pair, suggested_pi

FIRST = datetime(2026, 1, 5, 9, tzinfo=UTC)


def sprint(number: int, *, dated: bool = True) -> Sprint:
    start = FIRST + timedelta(days=14 * (number - 1))
    end = start + timedelta(days=14)
    return Sprint(
        number, f"S {number}", "future", 1, start if dated else None, end if dated else None
    )


def iteration(number: int, *, dated: bool = True) -> Iteration:
    start = date(2026, 1, 5) + timedelta(days=14 * (number - 1))
    end = start + timedelta(days=13)
    return Iteration(index=number, start=start if dated else None, end=end if dated else None)


def paired(sprints: list[Sprint], iterations: list[Iteration]) -> list[tuple[int, int | None]]:
    found = pair(sprints, iterations)
    return [(one.sprint.id, one.iteration.index if one.iteration else None) for one in found]


def test_days_decide_where_both_have_some():
    iterations = [iteration(n) for n in (1, 2, 3)]
    assert paired([sprint(2), sprint(3), sprint(4)], iterations) == [(2, 2), (3, 3), (4, None)]


def test_the_order_decides_where_days_are_missing():
    assert paired([sprint(7), sprint(8)], [iteration(1, dated=False)]) == [(7, 1), (8, None)]
    undated = [sprint(7, dated=False), sprint(8, dated=False)]
    assert paired(undated, [iteration(1), iteration(2)]) == [(7, 1), (8, 2)]


@pytest.mark.parametrize(
    ("name", "team", "expected"),
    [
        ("Falcon 26.4.2", "Team Falcon", "26.4.2"),
        ("Falcon - Sprint 3", "Falcon", "Iteration 3"),
        ("IP", "Falcon", "IP"),
        ("Sprint", "Falcon", "Sprint"),
        ("Release week", "Falcon", "Release week"),
    ],
)
def test_a_shared_iteration_does_not_carry_one_teams_name(name: str, team: str, expected: str):
    assert iteration_name(name, team) == expected


def test_a_new_pi_is_named_after_the_quarter_it_begins_in():
    assert suggested_pi([sprint(1), sprint(7)]) == "PI 2026.1"
