"""Finding what a request names, with Jira's answers for what is missing or out of sight."""

from typing import Any

from ..model.boards import Board, Sprint
from ..model.issues import Issue
from ..model.projects import Project
from ..refusal import Refusal, no_issue
from ..routing import Call
from .rendering import Renderer

IN_PATH = object()
"""Stands for "the one the path names", so that a body's null is not taken for it."""


def renderer(call: Call) -> Renderer:
    return Renderer(call.site, call.api, call.user)


def issue_of(call: Call, wanted: object = IN_PATH) -> Issue:
    """The issue by id, key or old key. Raises Refusal 404 where missing or invisible."""
    found = call.site.issue(call.args["issue"] if wanted is IN_PATH else wanted)
    if found is None or not call.site.sees(call.user, found.project):
        raise no_issue()
    return found


def visible_issue(call: Call, wanted: Any) -> Issue | None:
    found = call.site.issue(wanted)
    return found if found and call.site.sees(call.user, found.project) else None


def project_of(call: Call, wanted: object = IN_PATH) -> Project:
    """The project by id or key. Raises Refusal 404 where missing or invisible."""
    text = call.args["project"] if wanted is IN_PATH else wanted
    found = call.site.project(text)
    if found is None or not call.site.sees(call.user, found):
        raise Refusal(404, f"No project could be found with key '{text}'.")
    return found


def visible_projects(call: Call) -> list[Project]:
    return [one for one in call.site.projects.values() if call.site.sees(call.user, one)]


def board_of(call: Call, wanted: object = IN_PATH) -> Board:
    text = str(call.args["board"] if wanted is IN_PATH else wanted)
    found = call.site.boards.get(int(text)) if text.isdecimal() else None
    if found is None or not board_visible(call, found):
        raise Refusal(
            404,
            "The requested board cannot be viewed because it either does not "
            "exist or you do not have permission to view it.",
        )
    return found


def board_visible(call: Call, board: Board) -> bool:
    projects = [call.site.projects[id] for id in board.project_ids]
    return any(call.site.sees(call.user, one) for one in projects)


def sprint_of(call: Call, wanted: object = IN_PATH) -> Sprint:
    text = str(call.args["sprint"] if wanted is IN_PATH else wanted)
    found = call.site.sprints.get(int(text)) if text.isdecimal() else None
    if found is None or not board_visible(call, call.site.boards[found.board_id]):
        raise Refusal(404, "Sprint does not exist or you do not have permission to view it.")
    return found


def page(call: Call, values: list[Any], most: int = 50, total: bool = True) -> dict[str, Any]:
    """One page by `startAt` and `maxResults`, in Jira's paged shape with `values`."""
    start = max(0, call.number("startAt", 0))
    size = max(0, call.number("maxResults", most, most))
    made: dict[str, Any] = {"maxResults": size, "startAt": start}
    if total:
        made["total"] = len(values)
    return made | {"isLast": start + size >= len(values), "values": values[start : start + size]}
