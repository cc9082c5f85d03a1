"""Ids and days of the structure, written as other tools write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from planning.models import Iteration, Team
from tests.callers import ApiCaller


@pytest.fixture
def board(api: Callable[..., ApiCaller], token_of: Callable[..., str], rte: User) -> ApiCaller:
    return api(token_of(rte))


@pytest.mark.parametrize("sprint", [7, "7"])
def test_a_sprint_id_is_a_number_or_its_text(
    board: ApiCaller, iterations: list[Iteration], team: Team, sprint: Any
) -> None:
    path = f"/iterations/{iterations[0].pk}"
    answer = board.patch(path, {"sprints": {str(team.pk): sprint}})
    assert answer.status_code == 200, answer.content
    assert board.get(path).json()["sprints"] == {str(team.pk): 7}


@pytest.mark.parametrize("sprint", ["", "x", "-7", "7.0", "٧", "0", 0, -1, True, 1.5, "9" * 30])
def test_what_is_no_sprint_id_is_refused(
    board: ApiCaller, iterations: list[Iteration], team: Team, sprint: Any
) -> None:
    answer = board.patch(f"/iterations/{iterations[0].pk}", {"sprints": {str(team.pk): sprint}})
    assert answer.status_code == 422, answer.content


def test_sprints_cannot_be_null(board: ApiCaller, iterations: list[Iteration]) -> None:
    answer = board.patch(f"/iterations/{iterations[0].pk}", {"sprints": None})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (422, ["sprints"])


@pytest.mark.parametrize(
    "start",
    ["2025-01-06", "2025-01-06T00:00:00Z", "2025-01-06T23:30:00+02:00", "2025-01-06T09:00:00"],
)
def test_a_moment_counts_as_its_day(
    board: ApiCaller, iterations: list[Iteration], start: str
) -> None:
    path = f"/iterations/{iterations[0].pk}"
    assert board.patch(path, {"start": start}).json()["start"] == "2025-01-06"
    assert board.patch(path, {"start": None}).json()["start"] is None


@pytest.mark.parametrize("start", ["soon", "2025-13-06", "2025-01-06T25:00:00Z", "06.01.2025", 7])
def test_what_is_no_day_is_refused(
    board: ApiCaller, iterations: list[Iteration], start: Any
) -> None:
    answer = board.patch(f"/iterations/{iterations[0].pk}", {"start": start})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (422, ["start"])
