"""Sprints: list, create, replace, change in part, delete, swap.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/
Data Center: https://docs.atlassian.com/jira-software/REST/server/
"""

from datetime import datetime
from typing import Any

from ..model import sprint_changes
from ..model.boards import Board, Sprint
from ..model.clock import parsed
from ..model.site import Event
from ..refusal import Refusal
from ..routing import Call, Router
from ..wire import Response, answer, nothing
from .lookups import board_of, page, renderer, sprint_of

STATES = ("future", "active", "closed")


def board_sprints(call: Call) -> Response:
    board = board_of(call)
    if not board.has_sprints:
        raise Refusal(400, "The board does not support sprints")
    states = call.many("state")
    if any(one not in STATES for one in states):
        raise Refusal(400, "A state is one of future, active, closed.")
    found = [
        one for one in call.site.sprints.values()
        if one.board_id == board.id and (not states or one.state in states)
    ]  # fmt: skip
    shapes = renderer(call)
    return answer(page(call, [shapes.sprint(one) for one in found], 50))


def _may_manage(call: Call, board: Board) -> None:
    for id in board.project_ids:
        call.demand(
            "MANAGE_SPRINTS_PERMISSION",
            call.site.projects[id],
            403,
            "The user does not have permission to manage sprints on this board.",
        )


def _date(body: dict[str, Any], name: str) -> datetime | None:
    raw = body.get(name)
    if not raw:
        return None
    try:
        return parsed(str(raw))
    except ValueError as error:
        raise Refusal(400, errors={name: f"'{raw}' is no ISO 8601 date."}) from error


def create(call: Call) -> Response:
    body = call.json_object()
    board = board_of(call, body.get("originBoardId"))
    if not board.has_sprints:
        raise Refusal(400, "The board does not support sprints")
    _may_manage(call, board)
    start, end = _date(body, "startDate"), _date(body, "endDate")
    _in_order(start, end)
    made = sprint_changes.start(call.site, call.actor, board, body.get("name") or "", start=start,
                           end=end, goal=body.get("goal") or "")  # fmt: skip
    return answer(renderer(call).sprint(made), 201)


def _in_order(start: datetime | None, end: datetime | None) -> None:
    if start and end and end <= start:
        raise Refusal(400, errors={"endDate": "The end date must be after the start date."})


def read(call: Call) -> Response:
    return answer(renderer(call).sprint(sprint_of(call)))


def change_part(call: Call) -> Response:
    """POST: only what the body names changes."""
    return _change(call, sprint_of(call), call.json_object())


def replace(call: Call) -> Response:
    """PUT: what the body does not name becomes null, as Jira does it."""
    body = call.json_object()
    empty = {"goal": "", "startDate": None, "endDate": None}
    return _change(call, sprint_of(call), empty | body)


def _change(call: Call, sprint: Sprint, body: dict[str, Any]) -> Response:
    _may_manage(call, call.site.boards[sprint.board_id])
    if "name" in body:
        sprint_changes.check_name(body["name"])
    start = _date(body, "startDate") if "startDate" in body else sprint.start
    end = _date(body, "endDate") if "endDate" in body else sprint.end
    _in_order(start, end)
    state = str(body.get("state") or sprint.state).lower()
    shapes = renderer(call)
    old = shapes.sprint(sprint)
    event = sprint_changes.advance(call.site, sprint, state, start, end)
    sprint.state, sprint.start, sprint.end = state, start, end
    sprint.name = body.get("name", sprint.name)
    sprint.goal = body.get("goal", sprint.goal) or ""
    call.site.publish(Event(event or "sprint_updated", call.actor, subject=sprint, old=old))
    return answer(renderer(call).sprint(sprint))


def delete(call: Call) -> Response:
    sprint = sprint_of(call)
    _may_manage(call, call.site.boards[sprint.board_id])
    if sprint.state == "closed":
        raise Refusal(400, "A closed sprint cannot be deleted.")
    sprint_changes.delete(call.site, call.actor, sprint)
    return nothing()


def swap(call: Call) -> Response:
    one = sprint_of(call)
    other = sprint_of(call, call.json_object().get("sprintToSwapWith"))
    _may_manage(call, call.site.boards[one.board_id])
    order = list(call.site.sprints)
    a, b = order.index(one.id), order.index(other.id)
    order[a], order[b] = order[b], order[a]
    call.site.sprints = {id: call.site.sprints[id] for id in order}
    return nothing()


def mount(router: Router) -> None:
    router.agile("GET", "/board/{board}/sprint", board_sprints)
    router.agile("POST", "/sprint", create)
    router.agile("GET", "/sprint/{sprint}", read)
    router.agile("POST", "/sprint/{sprint}", change_part)
    router.agile("PUT", "/sprint/{sprint}", replace)
    router.agile("DELETE", "/sprint/{sprint}", delete)
    router.agile("POST", "/sprint/{sprint}/swap", swap)
