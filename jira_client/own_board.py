"""Which of the boards that show a project is its own: where its sprints are planned and made.

A board's filter may cover other projects, so Jira lists it for each of them. Cloud says where a board
is (its location); elsewhere the board that shows the fewest projects is taken for the project's own.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/#api-rest-agile-1-0-board-get
"""

from collections.abc import Sequence
from dataclasses import replace

from jira_client.client import JiraClient
from jira_client.errors import NOT_TOLD
from jira_client.values import Board, Project

_ORDER = {"scrum": 0, "simple": 1}
_ASKED = 10  # boards that are asked which projects they show


def in_order(client: JiraClient, project: Project, boards: Sequence[Board]) -> list[Board]:
    """The boards in this order: the project's own, those that may be, other projects'. Raises JiraError.

    Among each of them those with sprints come first.
    """
    widths = _widths(client, project, boards)
    return sorted(
        boards,
        key=lambda one: (
            _distance(one, project),
            widths.get(one.id, 0),
            _ORDER.get(one.type, 2),
        ),
    )


def with_sprints(client: JiraClient, project: Project, boards: Sequence[Board]) -> Board | None:
    """The first of these, in order, in which sprints are planned and that is no other project's own.

    Boards of team-managed projects are of type `simple`: only asking tells whether sprints are
    switched on there. Raises JiraError.
    """
    for board in boards:
        if not is_another(board, project) and has_sprints(client, board):
            return replace(board, sprints=True)
    return None


def has_sprints(client: JiraClient, board: Board) -> bool:
    """Whether the board has sprints. Raises JiraError where that could not be asked."""
    if board.type != "simple":
        return board.type == "scrum"
    try:
        client.boards.sprints(board.id, ("active", "future"))
    except NOT_TOLD:
        return False
    return True


def is_another(board: Board, project: Project) -> bool:
    """Whether Jira says that the board is another project's."""
    return bool(board.project_id) and board.project_id != project.id


def is_its(board: Board, project: Project) -> bool:
    """Whether the board may tell how the project estimates: no Kanban board, nor another project's."""
    return board.type in _ORDER and not is_another(board, project)


def _distance(board: Board, project: Project) -> int:
    if board.project_id == project.id:
        return 0
    return 2 if board.project_id else 1


def _widths(client: JiraClient, project: Project, boards: Sequence[Board]) -> dict[int, int]:
    """Board id → how many projects it shows, where several of one kind do not say where they are."""
    silent = [one for one in boards if not one.project_id and one.type in _ORDER]
    if len(silent) < 2 or any(one.project_id == project.id for one in boards):
        return {}
    found: dict[int, int] = {}
    for one in silent[:_ASKED]:
        try:
            found[one.id] = len(client.boards.projects(one.id))
        except NOT_TOLD:
            found[one.id] = _ASKED * 100
    return found
