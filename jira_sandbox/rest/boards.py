"""The boards' API: boards, sprints, backlog, ranks, estimation, epics."""

from typing import Any

from ..jql import compiled
from ..model.boards import Board
from ..model.changing import change
from ..model.issues import Issue
from ..model.sprinting import members, put, rank
from ..refusal import Refusal
from ..routing import Call, Router
from ..wire import Response, answer, nothing
from .lookups import (
    board_of,
    board_visible,
    issue_of,
    page,
    renderer,
    sprint_of,
    visible_issue,
)

MOST = 50


def boards(call: Call) -> Response:
    wanted = [one for one in call.site.boards.values() if board_visible(call, one)]
    if key := call.one("projectKeyOrId"):
        project = call.site.project(key)
        if project is None or not call.site.sees(call.user, project):
            raise Refusal(400, f"No project could be found with key or id '{key}'.")
        wanted = [one for one in wanted if project.id in one.project_ids]
    if kinds := call.many("type"):
        wanted = [one for one in wanted if one.kind in kinds]
    if name := call.one("name").lower():
        wanted = [one for one in wanted if name in one.name.lower()]
    shapes = renderer(call)
    return answer(page(call, [shapes.board(one) for one in wanted], MOST))


def board(call: Call) -> Response:
    return answer(renderer(call).board(board_of(call)))


def configuration(call: Call) -> Response:
    return answer(configured(call, board_of(call)))


def configured(call: Call, found: Board) -> dict[str, Any]:
    site = call.site
    by_category: dict[str, list[dict[str, str]]] = {"new": [], "indeterminate": [], "done": []}
    for status in site.statuses.values():
        link = f"{site.base_url}/rest/api/2/status/{status.id}"
        by_category[status.category].append({"id": status.id, "self": link})
    names = {"new": "To Do", "indeterminate": "In Progress", "done": "Done"}
    columns = [{"name": names[key], "statuses": value} for key, value in by_category.items()]
    made: dict[str, Any] = {
        "id": found.id, "name": found.name, "type": found.kind,
        "self": f"{site.base_url}/rest/agile/1.0/board/{found.id}/configuration",
        "filter": {"id": str(found.filter_id),
                   "self": f"{site.base_url}/rest/api/2/filter/{found.filter_id}"},
        "columnConfig": {"columns": columns, "constraintType": "none"},
        "ranking": {"rankCustomFieldId": _number(site.field_of("rank").id)},
    }  # fmt: skip
    if found.kind == "scrum":
        points = site.field_of("points")
        made["estimation"] = {
            "type": "field",
            "field": {"fieldId": points.id, "displayName": points.name},
        }
    return made


def _number(id: str) -> int:
    return int(id.removeprefix("customfield_"))


def board_projects(call: Call) -> Response:
    shapes = renderer(call)
    found = [call.site.projects[id] for id in board_of(call).project_ids]
    return answer(page(call, [shapes.project(one) for one in found]))


def board_issues(call: Call, pick: Any = None) -> Response:
    found = board_of(call)
    issues = [
        issue for id in found.project_ids for issue in call.site.of_project[id].values()
        if not issue.type.subtask and (pick is None or pick(issue))
    ]  # fmt: skip
    return _listed(call, issues)


def backlog(call: Call) -> Response:
    return board_issues(
        call,
        lambda issue: (
            issue.status.category != "done"
            and not any(one.state != "closed" for one in issue.values["sprints"])
        ),
    )


def sprint_issues(call: Call) -> Response:
    return _listed(call, members(call.site, sprint_of(call)))


def epic_issues(call: Call) -> Response:
    epic = issue_of(call, call.args["epic"])
    return _listed(call, [one for one in epic.children if not one.type.subtask])


def _listed(call: Call, issues: list[Issue]) -> Response:
    """A page of issues in rank order, narrowed by `jql`."""
    issues = [one for one in issues if call.site.sees(call.user, one.project)]
    if call.one("jql"):
        test = compiled(call.site, call.user, call.one("jql"))
        issues = [one for one in issues if test(one)]
    issues.sort(key=lambda one: one.values["rank"])
    shapes = renderer(call)
    chosen = shapes.chosen(call.many("fields"), "*all")
    made = page(call, issues, 1000)
    made["issues"] = [shapes.issue(one, chosen) for one in made.pop("values")]
    del made["isLast"]
    return answer({"expand": "schema,names"} | made)


def _named(call: Call, body: dict[str, Any]) -> list[Issue]:
    """The issues a move names. Raises Refusal 400 for too many, 404 for one out of sight."""
    wanted = body.get("issues")
    if not isinstance(wanted, list) or not wanted:
        raise Refusal(400, errors={"issues": "At least one issue is required."})
    if len(wanted) > MOST:
        raise Refusal(400, errors={"issues": f"No more than {MOST} issues may be moved at once."})
    return [issue_of(call, one) for one in wanted]


def to_sprint(call: Call) -> Response:
    sprint = sprint_of(call)
    if sprint.state == "closed":
        raise Refusal(400, "Issues can only be moved to active or future sprints.")
    return _move(call, sprint)


def to_backlog(call: Call) -> Response:
    return _move(call, None)


def _move(call: Call, sprint: Any) -> Response:
    body = call.json_object()
    issues = _named(call, body)
    for issue in issues:
        call.demand("SCHEDULE_ISSUES", issue.project)
        call.demand("EDIT_ISSUES", issue.project)
    for issue in issues:
        put(call.site, call.actor, issue, sprint)
    if body.get("rankBeforeIssue") or body.get("rankAfterIssue"):
        _rank(call, body, issues)
    return nothing()


def _rank(call: Call, body: dict[str, Any], issues: list[Issue]) -> None:
    before, after = body.get("rankBeforeIssue"), body.get("rankAfterIssue")
    rank(
        call.site,
        call.actor,
        issues,
        issue_of(call, before) if before else None,
        issue_of(call, after) if after else None,
    )


def rank_issues(call: Call) -> Response:
    """204, or 207 where some issues could not be ranked and others were."""
    body = call.json_object()
    wanted = body.get("issues")
    if not isinstance(wanted, list) or not wanted or len(wanted) > MOST:
        raise Refusal(400, errors={"issues": f"Between 1 and {MOST} issues are required."})
    if bool(body.get("rankBeforeIssue")) == bool(body.get("rankAfterIssue")):
        raise Refusal(400, "Exactly one of rankBeforeIssue and rankAfterIssue is required.")
    found = [(one, visible_issue(call, one)) for one in wanted]
    good = [
        issue for _, issue in found
        if issue and call.site.may(call.user, "SCHEDULE_ISSUES", issue.project)
    ]  # fmt: skip
    if not good:
        if any(issue for _, issue in found):
            raise Refusal(
                403 if call.user else 401,
                "You do not have permission to rank these issues: Schedule Issues is required.",
            )
        raise Refusal(404, "Issue does not exist or you do not have permission to see it.")
    _rank(call, body, good)
    if len(good) == len(wanted):
        return nothing()
    return answer({"entries": [_entry(name, issue, issue in good) for name, issue in found]}, 207)


def _entry(name: object, issue: Issue | None, ranked: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "issueKey": issue.key if issue else str(name),
        "status": 200 if ranked else 403 if issue else 404,
    }
    if issue:
        made["issueId"] = issue.id
    if not ranked:
        made["errors"] = ["The issue could not be ranked: it is missing, or Schedule Issues is."]
    return made


def estimation(call: Call) -> Response:
    issue = issue_of(call)
    field = call.site.field_of("points")
    if call.request.method == "PUT":
        call.demand("EDIT_ISSUES", issue.project)
        raw = call.json_object().get("value")
        try:
            value = None if raw in (None, "") else float(raw)
        except (TypeError, ValueError) as error:
            raise Refusal(400, errors={"value": "The estimation must be a number."}) from error
        change(call.site, call.actor, issue, {"points": value})
    points = issue.values["points"]
    return answer({"fieldId": field.id, "value": None if points is None else str(points)})


def epic(call: Call) -> Response:
    found = issue_of(call, call.args["epic"])
    if found.type.level != 1:
        raise Refusal(404, "The requested epic does not exist.")
    return answer({
        "id": found.id, "key": found.key, "name": found.values["epic_name"] or "",
        "self": f"{call.site.base_url}/rest/agile/1.0/epic/{found.id}",
        "summary": found.values["summary"], "color": {"key": "color_1"},
        "done": found.status.category == "done",
    })  # fmt: skip


def to_epic(call: Call) -> Response:
    parent = None
    if call.args.get("epic"):
        parent = issue_of(call, call.args["epic"])
        if parent.type.level != 1:
            raise Refusal(404, "The requested epic does not exist.")
    for issue in _named(call, call.json_object()):
        call.demand("EDIT_ISSUES", issue.project)
        change(call.site, call.actor, issue, {"parent": parent})
    return nothing()


def agile_issue(call: Call) -> Response:
    shapes = renderer(call)
    return answer(shapes.issue(issue_of(call), shapes.chosen(call.many("fields"), "*all")))


def board_epics(call: Call) -> Response:
    """The epics of a board's projects."""
    board_projects_ids = board_of(call).project_ids
    found = [one for id in board_projects_ids for one in call.site.of_project[id].values()
             if one.type.level == 1]  # fmt: skip
    made = [{"id": one.id, "key": one.key, "summary": one.values["summary"],
             "name": one.values["epic_name"] or "", "done": one.status.category == "done"}
            for one in found]  # fmt: skip
    return answer(page(call, made))


def mount(router: Router) -> None:
    router.agile("GET", "/board", boards)
    router.agile("GET", "/board/{board}", board)
    router.agile("GET", "/board/{board}/configuration", configuration)
    router.agile("GET", "/board/{board}/project", board_projects)
    router.agile("GET", "/board/{board}/issue", board_issues)
    router.agile("GET", "/board/{board}/backlog", backlog)
    router.agile("GET", "/board/{board}/epic", board_epics)
    router.agile("GET", "/sprint/{sprint}/issue", sprint_issues)
    router.agile("POST", "/sprint/{sprint}/issue", to_sprint)
    router.agile("POST", "/backlog/issue", to_backlog)
    router.agile("POST", "/backlog/{board}/issue", to_backlog, "cloud")
    router.agile("PUT", "/issue/rank", rank_issues)
    router.agile("GET", "/issue/{issue}", agile_issue)
    router.agile("GET", "/issue/{issue}/estimation", estimation)
    router.agile("PUT", "/issue/{issue}/estimation", estimation)
    router.agile("POST", "/epic/none/issue", to_epic)
    router.agile("GET", "/epic/{epic}", epic)
    router.agile("GET", "/epic/{epic}/issue", epic_issues)
    router.agile("POST", "/epic/{epic}/issue", to_epic)
