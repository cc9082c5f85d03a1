"""Boards, sprints, and the order of issues."""

from datetime import UTC, datetime, timedelta

import pytest

from jira_client import sprints_in
from jira_client.client import JiraClient
from jira_client.values import Board
from tests.contract.places import Place


@pytest.fixture
def board(client: JiraClient, place: Place) -> Board:
    found = client.boards.list(place.project.key, "scrum")
    if not found and place.real:
        pytest.skip(f"{place.project.key} has no Scrum board")
    return found[0]


def test_sprints_and_rank(client: JiraClient, place: Place, board: Board) -> None:
    configuration = client.boards.configuration(board.id)
    assert configuration.columns
    start = datetime(2027, 1, 4, 9, tzinfo=UTC)
    sprint = client.sprints.create(board.id, "PI 9.1", start, start + timedelta(14), "goal [x], y")
    place.sprints.append(sprint.id)
    issues = [place.new(f"s{number}") for number in range(3)]
    client.sprints.move(sprint.id, [issue.id for issue in issues])
    field = next(f.id for f in client.fields.all() if "gh-sprint" in (f.schema_custom or ""))
    value = client.issues.get(issues[0].id, (field,)).fields[field]
    assert [(s.id, s.name, s.goal) for s in sprints_in(value)] == [
        (sprint.id, "PI 9.1", "goal [x], y")
    ]
    renamed = client.sprints.update(sprint.id, name="PI 9.2")
    assert (renamed.name, renamed.start, renamed.board_id) == ("PI 9.2", start, board.id)
    failed = client.issues.rank(
        [issues[2].id], before=issues[0].id, rank_field=configuration.rank_field
    )
    assert failed == []
    wanted = [issues[2].id, issues[0].id, issues[1].id]
    asked = f"sprint = {sprint.id} ORDER BY rank"

    def found() -> list[str]:
        return [issue.id for issue in client.search.page(asked, ("id",)).issues]

    place.wait_for("the order of the sprint", lambda: found() == wanted)
    client.sprints.to_backlog([issues[0].id])
    assert sprints_in(client.issues.get(issues[0].id, (field,)).fields[field]) == ()
    client.sprints.delete(sprint.id)
    assert sprint.id not in [s.id for s in client.boards.sprints(board.id, ("future",))]


def test_the_sandbox_estimates(client: JiraClient, place: Place, board: Board) -> None:
    if place.real:
        pytest.skip("whether a board estimates is its owner's choice")
    assert client.boards.configuration(board.id).estimation_field
