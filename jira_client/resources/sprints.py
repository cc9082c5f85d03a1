"""Sprints: reading, creating, changing, and which issues they hold."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from jira_client import parse
from jira_client.errors import JiraError
from jira_client.protocol import Expect, Request
from jira_client.resources.caller import Caller, chunks
from jira_client.values import Sprint

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
        """One sprint. Raises NotFound."""
        return parse.sprint(parse.mapping(self._caller.call(self._request("GET", sprint_id))))

    def create(
        self,
        board_id: int,
        name: str,
        start: datetime | None = None,
        end: datetime | None = None,
        goal: str | None = None,
    ) -> Sprint:
        """A future sprint. Jira takes names of up to 30 characters. Needs Manage Sprints."""
        body = _body({"board_id": board_id, "name": name, "start": start, "end": end, "goal": goal})
        given = {key: value for key, value in body.items() if value is not None}
        path = f"{self._caller.flavour.agile}/sprint"
        return parse.sprint(parse.mapping(self._caller.call(Request("POST", path, json=given))))

    def update(self, sprint_id: int, **partial: Any) -> Sprint:
        """Changes what is named, of name, state, start, end, complete, goal; leaves the rest.

        The state goes from future to active to closed only, else Invalid.
        """
        request = self._request("POST", sprint_id, body=_body(partial))
        return parse.sprint(parse.mapping(self._caller.call(request)))

    def delete(self, sprint_id: int) -> None:
        """Deletes a sprint; its issues return to the backlog."""
        self._caller.call(self._request("DELETE", sprint_id, expect=Expect.NOTHING))

    def move(self, sprint_id: int, issue_ids: Sequence[str]) -> None:
        """Moves issues into a sprint that is not closed, 50 a call.

        Where a later call fails, the error's `partial` holds the ids moved before it.
        """
        path = f"{self._caller.flavour.agile}/sprint/{{sprint}}/issue"
        self._send_each(Request("POST", path, {"sprint": sprint_id}), issue_ids)

    def to_backlog(self, issue_ids: Sequence[str]) -> None:
        """Takes issues out of their sprints, 50 a call; `partial` as with `move`."""
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
