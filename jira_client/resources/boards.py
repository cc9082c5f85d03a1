"""Agile boards: which there are, how each is configured, and its sprints.

Every method raises NotFound where the instance has no Jira Software.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/
Data Center: https://docs.atlassian.com/jira-software/REST/server/
"""

from collections.abc import Sequence

from jira_client import parse
from jira_client.protocol import Request
from jira_client.resources.caller import Caller, pages
from jira_client.values import Board, BoardConfiguration, Project, Sprint

# The most boards or sprints that one page holds:
# https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/
_PAGE = 50
# Inside the class, `list` is the method.
SprintList = list[Sprint]
ProjectList = list[Project]


class Boards:
    """Boards, how they are set up, and their sprints."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(self, project: str | None = None, type: str | None = None) -> list[Board]:
        """The boards that the account sees, all pages of them.

        `project` (key or id) keeps those whose filter shows that project, wherever the board is;
        `type` is `scrum`, `kanban` or `simple`. Raises JiraError.

        Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/#api-rest-agile-1-0-board-get
        """
        params = {"projectKeyOrId": project, "type": type}
        request = Request("GET", f"{self._caller.flavour.agile}/board", params=params)
        return [parse.board(row) for row in pages(self._caller, request, _PAGE, "values")]

    def get(self, board_id: int) -> Board:
        """One board by its id. Raises JiraError; NotFound where it is missing or invisible.

        Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/#api-rest-agile-1-0-board-boardid-get
        """
        return parse.board(parse.mapping(self._caller.call(self._request(board_id))))

    def configuration(self, board_id: int) -> BoardConfiguration:
        """A board's estimation field, rank field, filter and columns.

        Fields are named by their ids in the REST API. Raises JiraError; NotFound where the board is
        missing or invisible.

        Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/#api-rest-agile-1-0-board-boardid-configuration-get
        """
        answer = self._caller.call(self._request(board_id, "/configuration"))
        return parse.board_configuration(parse.mapping(answer))

    def filter_jql(self, filter_id: str) -> str:
        """The JQL of the saved filter that says what a board shows. Raises JiraError; NotFound where it
        is not shared with the account.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-filters/#api-rest-api-3-filter-id-get
        """
        path = f"{self._caller.flavour.api}/filter/{{filter}}"
        answer = self._caller.call(Request("GET", path, {"filter": filter_id}))
        return parse.text(parse.mapping(answer).get("jql"))

    def projects(self, board_id: int) -> ProjectList:
        """The projects that the board's filter shows, all pages of them. Raises JiraError.

        Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/#api-rest-agile-1-0-board-boardid-project-get
        """
        request = self._request(board_id, "/project")
        return [parse.project(row) for row in pages(self._caller, request, _PAGE, "values")]

    def sprints(self, board_id: int, states: Sequence[str] = ()) -> SprintList:
        """The board's sprints in these states (`future`, `active`, `closed`), in all where none is named.

        Raises JiraError; Invalid where the board has no sprints, as a Kanban board has none.

        Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/#api-rest-agile-1-0-board-boardid-sprint-get
        """
        path = f"{self._caller.flavour.agile}/board/{{board}}/sprint"
        params = {"state": tuple(states) or None}
        request = Request("GET", path, {"board": board_id}, params=params)
        return [parse.sprint(row) for row in pages(self._caller, request, _PAGE, "values")]

    def _request(self, board_id: int, suffix: str = "") -> Request:
        path = f"{self._caller.flavour.agile}/board/{{board}}{suffix}"
        return Request("GET", path, {"board": board_id})
