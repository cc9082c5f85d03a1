"""Teams, ARTs, PIs and iterations over REST: the structure that work items are planned in."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from accounts.models import AuditEntry, User
from planning.models import BoardEvent, Iteration, Team, WorkItem
from tests.callers import ApiCaller


@pytest.fixture
def board(api: Callable[..., ApiCaller], token_of: Callable[..., str], rte: User) -> ApiCaller:
    return api(token_of(rte))


def made(response: Any) -> Any:
    assert response.status_code == 201, response.content
    return orjson.loads(response.content)


def test_a_whole_frame_is_built_and_changed(board: ApiCaller) -> None:
    train = made(board.post("/trains", {"name": "Land"}))
    art = made(board.post("/arts", {"name": "Rail", "train": train["id"]}))
    team = made(board.post("/teams", {"name": "Red", "art": art["id"]}))
    pi = made(board.post("/pis", {"name": "PI 1", "art": art["id"], "start": "2025-01-06"}))
    first = made(board.post("/iterations", {"pi": pi["id"], "index": 1, "start": "2025-01-06"}))
    second = made(board.post("/iterations", {"pi": pi["id"]}))
    assert (first["name"], second["index"], second["end"]) == ("Iteration 1", 2, None)
    address = f"/iterations/{first['id']}"
    assert board.patch(address, {"sprints": {team["id"]: 41}}).status_code == 200
    assert orjson.loads(board.get(address).content)["sprints"] == {team["id"]: 41}
    assert board.patch(address, {"sprints": {team["id"]: None}}).status_code == 200
    assert (
        orjson.loads(board.get(f"/iterations?pi={pi['id']}").content)["items"][0]["sprints"] == {}
    )
    assert board.delete(f"/teams/{team['id']}").status_code == 204
    assert board.get(f"/teams/{team['id']}").status_code == 404
    assert AuditEntry.objects.get(action="team.deleted").before["name"] == "Red"
    assert BoardEvent.objects.filter(kind="iteration.updated").count() == 2


@pytest.mark.parametrize(
    ("path", "sent", "field"),
    [
        ("/teams", {"name": ""}, "name"),
        ("/teams", {"name": "Red"}, "name"),
        ("/teams", {"name": "New", "art": str(uuid.uuid4())}, "art"),
        ("/teams", {"name": "New", "colour": 1}, "colour"),
        ("/pis", {"name": "New", "start": "2025-13-01"}, "start"),
        ("/pis", {"name": "New", "start": "2025-02-01", "end": "2025-01-01"}, "end"),
        ("/iterations", {"index": 1}, "pi"),
    ],
)
def test_what_does_not_fit_is_named(
    board: ApiCaller, team: Team, path: str, sent: dict[str, Any], field: str
) -> None:
    response = board.post(path, sent)
    assert response.status_code == 422, response.content
    assert list(orjson.loads(response.content)["error"]["fields"]) == [field]


def test_a_sprint_is_one_iteration_of_a_team(
    board: ApiCaller, team: Team, iterations: list[Iteration]
) -> None:
    first, second, _third = (f"/iterations/{iteration.pk}" for iteration in iterations)
    assert board.patch(first, {"sprints": {str(team.pk): 41}}).status_code == 200
    for sprints in ({str(team.pk): 41}, {str(team.pk): 0}, {str(uuid.uuid4()): 1}, {"x": 1}):
        assert board.patch(second, {"sprints": sprints}).status_code == 422, sprints
    again = board.post("/iterations", {"pi": str(iterations[0].pi_id), "index": 1})
    assert list(orjson.loads(again.content)["error"]["fields"]) == ["index"]


def test_what_is_planned_in_is_not_removed(
    board: ApiCaller,
    team: Team,
    iterations: list[Iteration],
    make_item: Callable[..., WorkItem],
) -> None:
    make_item(iteration=iterations[0].pk)
    for path in (
        f"teams/{team.pk}",
        f"iterations/{iterations[0].pk}",
        f"pis/{iterations[0].pi_id}",
    ):
        refused = board.delete(f"/{path}")
        assert (refused.status_code, orjson.loads(refused.content)["error"]["code"]) == (
            409,
            "in_use",
        )
    assert board.delete(f"/iterations/{iterations[1].pk}").status_code == 204
