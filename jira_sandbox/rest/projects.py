"""Projects with their statuses.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from typing import Any

from ..model.projects import Project
from ..routing import Call, Router
from ..wire import Response, answer
from .lookups import page, project_of, renderer, visible_projects
from .roles import links


def full(call: Call, project: Project) -> dict[str, Any]:
    shapes = renderer(call)
    site = call.site
    return shapes.project(project) | {
        "expand": "description,lead,issueTypes,url,projectKeys",
        "description": "",
        "lead": shapes.user(site.users[project.lead]),
        "components": [shapes.component(one) for one in project.components.values()],
        "issueTypes": [shapes.issue_type(site.types[id]) for id in project.type_ids],
        "assigneeType": "UNASSIGNED",
        "versions": [shapes.version(one) for one in project.versions.values()],
        "roles": links(call, project),
        "archived": project.archived,
    }


def every(call: Call) -> Response:
    shapes = renderer(call)
    archived = call.flag("includeArchived")
    return answer([shapes.project(one) for one in visible_projects(call)
                   if archived or not one.archived])  # fmt: skip


def search(call: Call) -> Response:
    """Cloud's paged list, by name or key, ids, keys, status, and what the caller may do."""
    states = call.many("status") or ["live"]
    need = {"browse": "BROWSE_PROJECTS", "edit": "ADMINISTER_PROJECTS",
            "create": "CREATE_ISSUES"}.get(call.one("action", "view"), "BROWSE_PROJECTS")  # fmt: skip
    wanted, keys, ids = call.one("query").lower(), call.many("keys"), call.many("id")
    found = [
        one for one in visible_projects(call)
        if ("archived" if one.archived else "live") in states
        and call.site.may(call.user, need, one)
        and (wanted in one.name.lower() or wanted in one.key.lower())
        and (not keys or one.key in keys) and (not ids or str(one.id) in ids)
    ]  # fmt: skip
    found.sort(key=lambda one: one.name if call.one("orderBy") == "name" else one.key)
    shapes = renderer(call)
    most = min(call.number("maxResults", 50), 100)
    made = page(call, found, most)
    made["values"] = [shapes.project(one) for one in made["values"]]
    start = made["startAt"] + made["maxResults"]
    made["self"] = call.rest(f"project/search?startAt={made['startAt']}&maxResults={most}")
    if not made["isLast"]:
        made["nextPage"] = call.rest(f"project/search?startAt={start}&maxResults={most}")
    return answer(made)


def one(call: Call) -> Response:
    return answer(full(call, project_of(call)))


def statuses(call: Call) -> Response:
    project = project_of(call)
    shapes = renderer(call)
    reachable = {one.to for one in project.transitions.values()}
    shared = [shapes.status(one) for one in call.site.statuses.values() if one.id in reachable]
    types = [call.site.types[id] for id in project.type_ids]
    return answer([
        {"self": call.rest(f"issuetype/{kind.id}"), "id": kind.id, "name": kind.name,
         "subtask": kind.subtask, "statuses": shared}
        for kind in types
    ])  # fmt: skip


def mount(router: Router) -> None:
    router.api("GET", "/project", every)
    router.api("GET", "/project/search", search, "cloud")
    router.api("GET", "/project/{project}", one)
    router.api("GET", "/project/{project}/statuses", statuses)
