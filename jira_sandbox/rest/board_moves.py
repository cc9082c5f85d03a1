"""Moving issues on boards: into sprints, to the backlog, up and down, under epics; estimates.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/
Backlog: https://developer.atlassian.com/cloud/jira/software/rest/api-group-backlog/
Ranks and estimates: https://developer.atlassian.com/cloud/jira/software/rest/api-group-issue/
Epics: https://developer.atlassian.com/cloud/jira/software/rest/api-group-epic/
Data Center: https://docs.atlassian.com/jira-software/REST/server/
"""

from typing import Any

from ..model.issue_changes import change
from ..model.issues import Issue
from ..model.sprint_changes import put, rank
from ..refusal import NO_ISSUE, Refusal
from ..routing import Call, Router
from ..wire import Response, answer, nothing
from .lookups import issue_of, sprint_of, visible_issue

MOST = 50


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
        raise Refusal(404, NO_ISSUE)
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


def mount(router: Router) -> None:
    router.agile("POST", "/sprint/{sprint}/issue", to_sprint)
    router.agile("POST", "/backlog/issue", to_backlog)
    router.agile("POST", "/backlog/{board}/issue", to_backlog, "cloud")
    router.agile("PUT", "/issue/rank", rank_issues)
    router.agile("GET", "/issue/{issue}/estimation", estimation)
    router.agile("PUT", "/issue/{issue}/estimation", estimation)
    router.agile("POST", "/epic/none/issue", to_epic)
    router.agile("GET", "/epic/{epic}", epic)
    router.agile("POST", "/epic/{epic}/issue", to_epic)
