"""Archiving issues: Cloud by a list, Data Center one by one, and its list that streams CSV.

An archived issue leaves search, boards and sprints, keeps its links and can be read by its address:
on Cloud by whoever browses the project, on Data Center with Browse Project Archive. No webhook tells
of it, so that a client has to find out by itself; whether a real Jira sends one is not known.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from typing import Any

from ..model.issues import Issue
from ..refusal import Refusal, no_issue
from ..routing import Call, Router
from ..wire import Response, answer, nothing
from .lookups import visible_issue

MOST = 1000


def set_archived(call: Call, issue: Issue, archived: bool) -> None:
    """Archives or restores the issue with its sub-tasks."""
    moment = call.site.now()
    for one in (issue, *issue.subtasks):
        one.archived = moment if archived else None
        one.archived_by = call.actor if archived else None


def archive_many(call: Call) -> Response:
    return _many(call, True)


def unarchive_many(call: Call) -> Response:
    return _many(call, False)


def _many(call: Call, archived: bool) -> Response:
    """Cloud: up to 1,000; 200 with what could not be, by reason; 400 where nothing could."""
    call.demand(
        "ADMINISTER", None, 403, "Only admins can archive or unarchive issues. Access denied."
    )
    wanted = call.json_object().get("issueIdsOrKeys")
    if not isinstance(wanted, list) or not wanted:
        raise Refusal(400, "No valid issue to archive or unarchive. Bad request.")
    if len(wanted) > MOST:
        raise Refusal(
            412,
            "The number of issues to archive or unarchive exceeds the hard limit of 1000. "
            "Precondition failed.",
        )
    errors: dict[str, Any] = {}
    changed = 0
    for name in wanted:
        issue = visible_issue(call, name)
        reason = _reason(issue)
        if issue is None or reason:
            _add(errors, reason, str(name))
            continue
        changed += (issue.archived is not None) != archived
        set_archived(call, issue, archived)
    if not changed and errors:
        raise Refusal(400, "No valid issue to archive or unarchive. Bad request.")
    return answer({"numberOfIssuesUpdated": changed, "errors": errors})


def _reason(issue: Issue | None) -> str:
    if issue is None:
        return "issuesNotFound"
    if issue.type.subtask:
        return "issueIsSubtask"
    return "issuesInArchivedProjects" if issue.project.archived else ""


WORDS = {
    "issuesNotFound": "Issue not found.",
    "issueIsSubtask": "Issue is subtask.",
    "issuesInArchivedProjects": "Issue exists in archived project.",
}


def _add(errors: dict[str, Any], reason: str, name: str) -> None:
    entry = errors.setdefault(reason, {"count": 0, "issueIdsOrKeys": [], "message": WORDS[reason]})
    entry["count"] += 1
    entry["issueIdsOrKeys"].append(name)


def archive_one(call: Call) -> Response:
    return _one(call, True)


def restore_one(call: Call) -> Response:
    return _one(call, False)


def _one(call: Call, archived: bool) -> Response:
    """Data Center: 204; for Jira admins and, in their projects, project admins."""
    issue = visible_issue(call, call.args["issue"])
    if issue is None:
        raise no_issue()
    if not call.site.may(call.user, "ADMINISTER"):
        call.demand("ADMINISTER_PROJECTS", issue.project)
    if _reason(issue):
        raise Refusal(400, WORDS[_reason(issue)])
    set_archived(call, issue, archived)
    return nothing()


def archive_listed(call: Call) -> Response:
    """Data Center: a JSON list of keys, answered as CSV, one line per issue."""
    wanted = call.request.json()
    if not isinstance(wanted, list):
        raise Refusal(400, "The body must be a list of issue keys.")
    call.demand("ADMINISTER")
    lines = ["issueKey,status"]
    for name in wanted:
        issue = visible_issue(call, name)
        if issue is None or _reason(issue):
            lines.append(f"{name},{WORDS[_reason(issue)]}")
            continue
        set_archived(call, issue, True)
        lines.append(f"{issue.key},Archived")
    return Response(202, "\n".join([*lines, ""]).encode(), "text/csv;charset=UTF-8")


def mount(router: Router) -> None:
    router.api("PUT", "/issue/archive", archive_many, "cloud")
    router.api("PUT", "/issue/unarchive", unarchive_many, "cloud")
    router.api("POST", "/issue/archive", archive_listed, "datacenter")
    router.api("PUT", "/issue/{issue}/archive", archive_one, "datacenter")
    router.api("PUT", "/issue/{issue}/restore", restore_one, "datacenter")
