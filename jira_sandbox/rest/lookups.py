"""Finding what a request names, with Jira's answers for what is missing or out of sight.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/
The words of each answer were seen in answers of real instances; the vendor does not say them.
"""

from typing import Any

from ..model.boards import Board, Sprint
from ..model.issues import Issue
from ..model.projects import Project
from ..refusal import Refusal, no_issue
from ..routing import Call
from .issue_renderer import Renderer

IN_PATH = object()
"""Stands for "the one the path names", so that a body's null is not taken for it."""


def renderer(call: Call) -> Renderer:
    return Renderer(call.site, call.api, call.user)


def issue_of(call: Call, wanted: object = IN_PATH) -> Issue:
    """The issue by id, key or old key.

    Raises Refusal 404 where missing or invisible, 403 where a write meets something archived.
    """
    found = visible_issue(call, call.args["issue"] if wanted is IN_PATH else wanted)
    if found is None:
        raise no_issue()
    if call.request.method not in ("GET", "HEAD"):
        changeable(call, found)
    return found


def visible_issue(call: Call, wanted: Any) -> Issue | None:
    """The issue if the caller sees it; Data Center hides archived ones behind a permission."""
    found = call.site.issue(wanted)
    if found is None or not call.site.sees_issue(call.user, found):
        return None
    if found.archived and not call.site.cloud:
        return found if call.site.may(call.user, "BROWSE_ARCHIVE", found.project) else None
    return found


def changeable(call: Call, issue: Issue) -> None:
    """Raises Refusal 403 for an archived issue or project.

    No vendor page gives Jira's words for it; status and "archived" are what the reference expects.
    """
    if call.user is not None and (issue.archived or issue.project.archived):
        what = f"Issue {issue.key}" if issue.archived else f"Project {issue.project.key}"
        raise Refusal(403, f"{what} is archived, so it can be viewed but not changed.")


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
