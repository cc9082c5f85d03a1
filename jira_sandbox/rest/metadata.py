"""Issue types, fields and screens, statuses, priorities, resolutions.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-types/
Fields: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/
Screens: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
Screens, Data Center: https://confluence.atlassian.com/jiracore/createmeta-rest-endpoint-to-be-removed-975040986.html
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from typing import Any

from ..model.fields import Field
from ..model.projects import CATEGORIES, IssueType, Project
from ..refusal import Refusal
from ..routing import Call, Router
from ..wire import Response, answer
from .field_reader import Reader
from .lookups import issue_of, page, project_of, renderer


def issue_types(call: Call) -> Response:
    shapes = renderer(call)
    return answer([shapes.issue_type(one) for one in call.site.types.values()])


def project_issue_types(call: Call) -> Response:
    project = project_of(call, call.one("projectId"))
    shapes = renderer(call)
    return answer([shapes.issue_type(call.site.types[id]) for id in project.type_ids])


def _type(call: Call, project: Project) -> IssueType:
    if call.args["type"] not in project.type_ids:
        raise Refusal(404, "The issue type is not available in the project.")
    return call.site.types[call.args["type"]]


def field_meta(call: Call, project: Project, field: Field, keyed: bool) -> dict[str, Any]:
    """What a create or edit screen says of one field."""
    made: dict[str, Any] = {
        "required": field.required or field.id in project.demanded,
        "schema": field.schema, "name": field.name,
        "key": field.id, "hasDefaultValue": field.id in ("priority", "reporter"),
        "operations": list(field.operations),
    }  # fmt: skip
    if keyed:
        made["fieldId"] = field.id
    shapes = renderer(call)
    site = call.site
    options: dict[str, Any] = {
        "priority": lambda: [shapes.priority(one) for one in site.priorities.values()],
        "resolution": lambda: [shapes.resolution(one) for one in site.resolutions.values()],
        "issuetype": lambda: [shapes.issue_type(site.types[id]) for id in project.type_ids],
        "project": lambda: [shapes.project(project)],
        "versions": lambda: [shapes.version(one) for one in project.versions.values()],
        "components": lambda: [shapes.component(one) for one in project.components.values()],
        "select": lambda: [shapes.option(field, id) for id, _name in field.choices],
        "multiselect": lambda: [shapes.option(field, id) for id, _name in field.choices],
    }
    if field.kind in options:
        made["allowedValues"] = options[field.kind]()
    if field.kind == "user":
        made["autoCompleteUrl"] = call.rest("user/assignable/search?query=")
    return made


def screen(call: Call, reader: Reader) -> list[Field]:
    """The fields of the create or edit screen, as far as this person may set them."""
    return [
        one
        for one in call.site.fields.values()
        if reader.on_screen(one)
        and not (
            one.kind == "epic-link"
            and reader.kind.level != 0
            and not (reader.project.one_screen and reader.kind.level > 1)
        )
        and not (one.kind == "parent-link" and reader.kind.level < 1)
        and not (one.slot == "epic_name" and reader.kind.level != 1)
    ]


def create_types(call: Call) -> Response:
    project = project_of(call)
    call.demand(
        "CREATE_ISSUES",
        project,
        400,
        "You do not have permission to create issues in this project.",
    )
    shapes = renderer(call)
    made = page(
        call, [shapes.issue_type(call.site.types[id]) for id in project.type_ids], _meta_size(call)
    )
    return answer(_named(call, made, "issueTypes"))


def _meta_size(call: Call) -> int:
    size = call.number("maxResults", 50)
    if size > 200:
        raise Refusal(400, "maxResults must not exceed 200.")
    return size


def _named(call: Call, made: dict[str, Any], name: str) -> dict[str, Any]:
    """Cloud names the array after what it holds, Data Center says `values` and `isLast`."""
    if not call.site.cloud:
        return made
    values = made.pop("values")
    del made["isLast"]
    return made | {name: values}


def create_fields(call: Call) -> Response:
    project = project_of(call)
    call.demand(
        "CREATE_ISSUES",
        project,
        400,
        "You do not have permission to create issues in this project.",
    )
    reader = Reader(call.site, call.actor, call.api, project, _type(call, project))
    made = page(
        call,
        [field_meta(call, project, one, True) for one in screen(call, reader)],
        _meta_size(call),
    )
    return answer(_named(call, made, "fields"))


def edit_meta(call: Call) -> Response:
    issue = issue_of(call)
    if not call.site.may(call.user, "EDIT_ISSUES", issue.project):
        return answer({"fields": {}})
    reader = Reader(call.site, call.actor, call.api, issue.project, issue.type, issue)
    made = {one.id: field_meta(call, issue.project, one, False) for one in screen(call, reader)}
    return answer({"fields": made})


def fields(call: Call) -> Response:
    return answer([_field(one) for one in call.site.fields.values()])


def _field(one: Field) -> dict[str, Any]:
    return {
        "id": one.id, "key": one.id, "name": one.name, "custom": bool(one.custom),
        "orderable": one.on_edit, "navigable": one.kind not in ("comments", "attachments"),
        "searchable": True,
        "clauseNames": list(one.clauses) or [one.id], "schema": one.schema,
    }  # fmt: skip


def field_search(call: Call) -> Response:
    wanted = call.one("query").lower()
    found = [
        {"id": one.id, "name": one.name, "schema": one.schema, "description": ""}
        for one in call.site.fields.values() if wanted in one.name.lower()
    ]  # fmt: skip
    return answer(page(call, found))


def priorities(call: Call) -> Response:
    shapes = renderer(call)
    return answer([shapes.priority(one) for one in call.site.priorities.values()])


def priority_search(call: Call) -> Response:
    shapes = renderer(call)
    return answer(page(call, [shapes.priority(one) for one in call.site.priorities.values()]))


def resolutions(call: Call) -> Response:
    shapes = renderer(call)
    return answer([shapes.resolution(one) for one in call.site.resolutions.values()])


def statuses(call: Call) -> Response:
    shapes = renderer(call)
    return answer([shapes.status(one) for one in call.site.statuses.values()])


def status(call: Call) -> Response:
    for one in call.site.statuses.values():
        if call.args["status"] in (one.id, one.name):
            return answer(renderer(call).status(one))
    raise Refusal(404, f"Status with id '{call.args['status']}' does not exist.")


def categories(call: Call) -> Response:
    shapes = renderer(call)
    return answer([shapes.category(key) for key in CATEGORIES])


def mount(router: Router) -> None:
    router.api("GET", "/issuetype", issue_types)
    router.api("GET", "/issuetype/project", project_issue_types, "cloud")
    router.api("GET", "/issue/createmeta/{project}/issuetypes", create_types)
    router.api("GET", "/issue/createmeta/{project}/issuetypes/{type}", create_fields)
    router.api("GET", "/issue/{issue}/editmeta", edit_meta)
    router.api("GET", "/field", fields)
    router.api("GET", "/field/search", field_search, "cloud")
    router.api("GET", "/priority", priorities)
    router.api("GET", "/priority/search", priority_search, "cloud")
    router.api("GET", "/resolution", resolutions)
    router.api("GET", "/status", statuses)
    router.api("GET", "/status/{status}", status)
    router.api("GET", "/statuscategory", categories)
