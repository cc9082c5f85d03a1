"""Creating, reading, editing and deleting issues, singly and in bulk.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from typing import Any

from ..model.issue_changes import change
from ..model.issue_creation import create as create_issue
from ..model.issue_creation import delete as delete_issue
from ..model.issues import Issue
from ..model.projects import IssueType, Project
from ..refusal import NO_ISSUE, Refusal
from ..routing import Call, Router
from ..wire import Response, answer, nothing
from .comments import add_comment
from .field_reader import Changes, Reader
from .issue_page_encoder import Writer
from .links import link_from
from .lookups import issue_of, renderer, visible_issue

BULK_MOST = 50
FETCH_MOST = 100


def _home(call: Call, fields: dict[str, Any]) -> tuple[Project, IssueType]:
    """Where a new issue goes and what it is. Raises Refusal 400 as Jira's create does."""
    named = fields.get("project")
    named = named if isinstance(named, dict) else {}
    project = call.site.project(named.get("id") or named.get("key") or "")
    if project is None or not call.site.sees(call.user, project):
        wrong = "valid project is required" if named else "project is required"
        raise Refusal(400, errors={"project": wrong})
    if project.archived and call.user is not None:
        raise Refusal(400, errors={"project": f"Project {project.key} is archived, so issues "
                                   "cannot be created in it."})  # fmt: skip
    if not call.site.may(call.user, "CREATE_ISSUES", project):
        raise Refusal(
            400 if call.user else 401,
            errors={"project": "You cannot create issues in this project."},
        )
    kind = fields.get("issuetype")
    kind = kind if isinstance(kind, dict) else {}
    for id in project.type_ids:
        one = call.site.types[id]
        if str(kind.get("id", "")) == id or (kind.get("name") == one.name and "id" not in kind):
            return project, one
    wrong = "Specify a valid issue type" if kind else "Specify an issue type"
    raise Refusal(400, errors={"issuetype": wrong})


def _new(call: Call, body: dict[str, Any]) -> tuple[Project, IssueType, Changes]:
    fields = call.part(body, "fields")
    project, kind = _home(call, fields)
    reader = Reader(call.site, call.actor, call.api, project, kind)
    for id, raw in fields.items():
        reader.set(id, raw)
    for id, operations in call.part(body, "update").items():
        if id != "issuelinks":
            reader.operate(id, operations)
    if "summary" not in fields:
        reader.errors["summary"] = "You must specify a summary of the issue."
    for id in project.demanded:
        if fields.get(id) in (None, "", []) and not project.lacks(id, kind.id):
            reader.errors.setdefault(id, f"{call.site.fields[id].name} is required.")
    if kind.subtask and reader.changes.get("parent") is None:
        reader.errors.setdefault(
            "parent", "Issue type is a sub-task but parent issue key or id not specified."
        )
    changes = reader.done()
    changes.pop("type", None)
    return project, kind, changes


def _properties(body: dict[str, Any]) -> dict[str, Any]:
    listed = body.get("properties") or []
    if not all(isinstance(one, dict) and isinstance(one.get("key"), str) for one in listed):
        raise Refusal(400, "Each property must be an object with a key and a value.")
    return {one["key"]: one.get("value") for one in listed}


def _make(call: Call, body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise Refusal(400, "Each of issueUpdates must be an object.")
    project, kind, changes = _new(call, body)
    issue = create_issue(call.site, call.actor, project, kind, changes, _properties(body))
    for operation in call.part(body, "update").get("issuelinks", []):
        link_from(call, issue, operation.get("add", {}))
    return {"id": str(issue.id), "key": issue.key, "self": call.rest(f"issue/{issue.id}")}


def create(call: Call) -> Response:
    return answer(_make(call, call.json_object()), 201)


def create_bulk(call: Call) -> Response:
    """Up to 50 issues; 201 even when some fail, 400 when all do."""
    updates = call.json_object().get("issueUpdates")
    if not isinstance(updates, list) or not updates:
        raise Refusal(400, "issueUpdates is required.")
    if call.site.cloud and len(updates) > BULK_MOST:
        raise Refusal(400, f"You can create up to {BULK_MOST} issues at once.")
    made: list[Any] = []
    errors: list[Any] = []
    for number, body in enumerate(updates):
        try:
            made.append(_make(call, body))
        except Refusal as refusal:
            errors.append({"status": refusal.status, "elementErrors": refusal.body(),
                           "failedElementNumber": number})  # fmt: skip
    return answer({"issues": made, "errors": errors}, 201 if made else 400)


def read(call: Call) -> Response:
    issue = issue_of(call)
    return answer(full(call, issue, call.many("fields"), call.many("expand"),
                       call.many("properties")))  # fmt: skip


def full(
    call: Call, issue: Issue, fields: list[str], expand: list[str], properties: list[str],
    default: str = "*all",
) -> dict[str, Any]:  # fmt: skip
    """One issue with what `expand` asks for."""
    shapes = renderer(call)
    chosen = shapes.chosen(fields, default)
    made = shapes.issue(issue, chosen, properties)
    if "changelog" in expand:
        entries = [shapes.history(one) for one in reversed(issue.history)]
        made["changelog"] = {"startAt": 0, "maxResults": len(entries), "total": len(entries),
                             "histories": entries}  # fmt: skip
    if "names" in expand:
        made["names"] = {one.id: one.name for one in chosen}
    if "schema" in expand:
        made["schema"] = {one.id: one.schema for one in chosen}
    return made


def edit(call: Call) -> Response:
    """`fields` and `update`; a field may not be in both. 204, or the issue on Cloud if asked."""
    issue = issue_of(call)
    body = call.json_object()
    project = issue.project
    if not call.site.may(call.user, "EDIT_ISSUES", project):
        raise Refusal(403 if call.user else 401, "You do not have permission to edit this issue.")
    if call.one("notifyUsers") == "false" and not (
        call.site.may(call.user, "ADMINISTER_PROJECTS", project)
        or call.site.may(call.user, "ADMINISTER")
    ):
        raise Refusal(
            403,
            "To discard the user notification either admin or project admin "
            "permissions are required.",
        )
    fields, update = call.part(body, "fields"), dict(call.part(body, "update"))
    properties = _properties(body)
    comments, links = update.pop("comment", []), update.pop("issuelinks", [])
    reader = Reader(call.site, call.actor, call.api, project, issue.type, issue)
    for id in fields:
        if id in update:
            raise Refusal(
                400, errors={id: f"Field '{id}' cannot appear in both 'fields' and 'update'"}
            )
        reader.set(id, fields[id])
    for id, operations in update.items():
        reader.operate(id, operations)
    change(call.site, call.actor, issue, reader.done())
    for operation in comments:
        add_comment(call, issue, operation.get("add") or {})
    for operation in links:
        link_from(call, issue, operation.get("add", {}))
    issue.properties.update(properties)
    if call.site.cloud and call.flag("returnIssue"):
        return answer(full(call, issue, [], [], []))
    return nothing()


def delete(call: Call) -> Response:
    issue = issue_of(call)
    call.demand(
        "DELETE_ISSUES",
        issue.project,
        403,
        "You do not have permission to delete issues in this project.",
    )
    delete_issue(call.site, call.actor, issue, call.flag("deleteSubtasks"))
    return nothing()


def bulk_fetch(call: Call) -> Response:
    """Cloud's bulk read; ids it cannot give are named in `issueErrors`."""
    body = call.json_object()
    wanted = body.get("issueIdsOrKeys")
    if not isinstance(wanted, list) or not wanted:
        raise Refusal(400, "issueIdsOrKeys must not be empty.")
    if len(wanted) > FETCH_MOST:
        raise Refusal(400, f"You can fetch up to {FETCH_MOST} issues at once.")
    shapes = renderer(call)
    chosen = shapes.chosen(body.get("fields") or [], "*navigable")
    seen = {id: visible_issue(call, id) for id in map(str, wanted)}
    found = {one.id: one for one in seen.values() if one}
    errors = [{"id": id, "errorMessage": NO_ISSUE} for id, one in seen.items() if one is None]
    properties = body.get("properties") or []
    if expand := body.get("expand"):
        whole = [full(call, one, body.get("fields") or [], expand, properties, "*navigable")
                 for one in found.values()]  # fmt: skip
        return answer({"issues": whole, "issueErrors": errors})
    return Writer(shapes, chosen, properties).answer(found.values(), issueErrors=errors)


def mount(router: Router) -> None:
    router.api("POST", "/issue", create)
    router.api("POST", "/issue/bulk", create_bulk)
    router.api("POST", "/issue/bulkfetch", bulk_fetch, "cloud")
    router.api("GET", "/issue/{issue}", read)
    router.api("PUT", "/issue/{issue}", edit)
    router.api("DELETE", "/issue/{issue}", delete)
