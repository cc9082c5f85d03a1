"""Sprints: reading, creating, changing, and which issues they hold.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/
Data Center: https://docs.atlassian.com/jira-software/REST/server/
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from jira_client import parse
from jira_client.errors import JiraError
from jira_client.protocol import Expect, Request
from jira_client.resources.caller import Caller, chunks
from jira_client.values import Sprint

# The most issues that one call moves: https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/
_AT_ONCE = 50
_WIRE_NAMES = {
    "name": "name",
    "state": "state",
    "goal": "goal",
    "start": "startDate",
    "end": "endDate",
    "complete": "completeDate",
    "board_id": "originBoardId",
}


class Sprints:
    """One sprint at a time; `boards.sprints` lists them."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get(self, sprint_id: int) -> Sprint:
        """One sprint by its id. Raises JiraError; NotFound where it is missing or invisible.

        Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/#api-rest-agile-1-0-sprint-sprintid-get
        """
        return parse.sprint(parse.mapping(self._caller.call(self._request("GET", sprint_id))))

    def create(
        self,
        board_id: int,
        name: str,
        start: datetime | None = None,
        end: datetime | None = None,
        goal: str | None = None,
    ) -> Sprint:
        """Creates a future sprint on a board and returns it. Needs Manage Sprints.

        Jira takes names of up to 30 characters; `start` and `end` are aware moments. Raises JiraError;
        Invalid where Jira refuses the content, and ValueError for a moment without a time zone.

        Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/#api-rest-agile-1-0-sprint-post
        """
        body = _body({"board_id": board_id, "name": name, "start": start, "end": end, "goal": goal})
        given = {key: value for key, value in body.items() if value is not None}
        path = f"{self._caller.flavour.agile}/sprint"
        return parse.sprint(parse.mapping(self._caller.call(Request("POST", path, json=given))))

    def update(self, sprint_id: int, **partial: Any) -> Sprint:
        """Changes what is named, of name, state, start, end, complete and goal, and returns the sprint.

        By POST, since a PUT would empty what it does not name. The state goes from future to active to
        closed only. Raises JiraError; Invalid for another step, and TypeError or ValueError for what
        no sprint has.

        Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/#api-rest-agile-1-0-sprint-sprintid-post
        """
        request = self._request("POST", sprint_id, body=_body(partial))
        return parse.sprint(parse.mapping(self._caller.call(request)))

    def delete(self, sprint_id: int) -> None:
        """Deletes a sprint; its open issues return to the backlog.

        Raises JiraError; NotFound where it is gone already.

        Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/#api-rest-agile-1-0-sprint-sprintid-delete
        """
        self._caller.call(self._request("DELETE", sprint_id, expect=Expect.NOTHING))

    def move(self, sprint_id: int, issue_ids: Sequence[str]) -> None:
        """Moves issues into a sprint that is not closed, 50 a call.

        Raises JiraError; Invalid for a closed sprint. The error's `partial` holds the ids that were moved
        before it.

        Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/#api-rest-agile-1-0-sprint-sprintid-issue-post
        """
        path = f"{self._caller.flavour.agile}/sprint/{{sprint}}/issue"
        self._send_each(Request("POST", path, {"sprint": sprint_id}), issue_ids)

    def to_backlog(self, issue_ids: Sequence[str]) -> None:
        """Takes issues out of their sprints, 50 a call. Raises JiraError, with `partial` as `move`.

        Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-backlog/#api-rest-agile-1-0-backlog-issue-post
        """
        self._send_each(Request("POST", f"{self._caller.flavour.agile}/backlog/issue"), issue_ids)

    def _send_each(self, request: Request, issue_ids: Sequence[str]) -> None:
        moved: list[str] = []
        for some in chunks(issue_ids, _AT_ONCE):
            body = {"issues": list(some)}
            try:
                self._caller.call(
                    Request(
                        request.method,
                        request.path,
                        request.args,
                        json=body,
                        expect=Expect.NOTHING,
                    )
                )
            except JiraError as error:
                error.partial = tuple(moved)
                raise
            moved.extend(some)

    def _request(
        self, method: str, sprint_id: int, body: Any = None, expect: Expect = Expect.JSON
    ) -> Request:
        path = f"{self._caller.flavour.agile}/sprint/{{sprint}}"
        return Request(method, path, {"sprint": sprint_id}, json=body, expect=expect)


def _body(values: dict[str, Any]) -> dict[str, Any]:
    unknown = values.keys() - _WIRE_NAMES.keys()
    if unknown:
        raise TypeError(f"A sprint has no {', '.join(sorted(unknown))}.")
    return {_WIRE_NAMES[name]: _wire(value) for name, value in values.items()}


def _wire(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError("A sprint's dates need a time zone.")
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
