"""Agile boards. Raises NotFound everywhere where the instance has no Jira Software."""

from collections.abc import Sequence

from jira_client import parse
from jira_client.protocol import Request
from jira_client.resources.caller import Caller, pages
from jira_client.values import Board, BoardConfiguration, Project, Sprint

_PAGE = 50
# Inside the class, `list` is the method.
SprintList = list[Sprint]
ProjectList = list[Project]


class Boards:
    """Boards, how they are set up, and their sprints."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(self, project: str | None = None, type: str | None = None) -> list[Board]:
        """Visible boards, of a project (key or id) and a type (`scrum`, `kanban`, `simple`)."""
        params = {"projectKeyOrId": project, "type": type}
        request = Request("GET", f"{self._caller.flavour.agile}/board", params=params)
        return [parse.board(row) for row in pages(self._caller, request, _PAGE, "values")]

    def get(self, board_id: int) -> Board:
        """One board."""
        return parse.board(parse.mapping(self._caller.call(self._request(board_id))))

    def configuration(self, board_id: int) -> BoardConfiguration:
        """Estimation and rank fields, filter and columns."""
        answer = self._caller.call(self._request(board_id, "/configuration"))
        return parse.board_configuration(parse.mapping(answer))

    def projects(self, board_id: int) -> ProjectList:
        """The projects that the board's filter shows."""
        request = self._request(board_id, "/project")
        return [parse.project(row) for row in pages(self._caller, request, _PAGE, "values")]

    def sprints(self, board_id: int, states: Sequence[str] = ()) -> SprintList:
        """The board's sprints in these states, all where none is named.

        Raises Invalid where the board has no sprints (kanban).
        """
        path = f"{self._caller.flavour.agile}/board/{{board}}/sprint"
        params = {"state": tuple(states) or None}
        request = Request("GET", path, {"board": board_id}, params=params)
        return [parse.sprint(row) for row in pages(self._caller, request, _PAGE, "values")]

    def _request(self, board_id: int, suffix: str = "") -> Request:
        path = f"{self._caller.flavour.agile}/board/{{board}}{suffix}"
        return Request("GET", path, {"board": board_id})
