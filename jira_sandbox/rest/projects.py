"""Projects with their statuses, versions and components.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/
Versions: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-versions/
Components: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-components/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from typing import Any

from ..model.projects import Component, Project, Version
from ..refusal import Refusal
from ..routing import Call, Router
from ..wire import Response, answer, nothing
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


def versions(call: Call) -> Response:
    shapes = renderer(call)
    return answer([shapes.version(one) for one in project_of(call).versions.values()])


def versions_paged(call: Call) -> Response:
    shapes = renderer(call)
    found = [shapes.version(one) for one in project_of(call).versions.values()]
    return answer({"self": call.rest("project")} | page(call, found))


def components(call: Call) -> Response:
    shapes = renderer(call)
    return answer([shapes.component(one) for one in project_of(call).components.values()])


def create_version(call: Call) -> Response:
    body = call.json_object()
    project = project_of(call, body.get("projectId", body.get("project")))
    call.demand("ADMINISTER_PROJECTS", project)
    name = body.get("name")
    if not name or any(name == other.name for other in project.versions.values()):
        raise Refusal(
            400,
            errors={
                "name": "A version with this name already exists in this project."
                if name
                else "You must specify a valid name."
            },
        )
    made = Version(
        str(call.site.next_id("version")), name, project.id, body.get("description", ""),
        body.get("startDate"), body.get("releaseDate"), bool(body.get("released")),
    )  # fmt: skip
    project.versions[made.id] = made
    return answer(renderer(call).version(made), 201)


def _version(call: Call) -> tuple[Project, Version]:
    for project in visible_projects(call):
        if call.args["id"] in project.versions:
            return project, project.versions[call.args["id"]]
    raise Refusal(404, f"Could not find version for id '{call.args['id']}'")


def read_version(call: Call) -> Response:
    return answer(renderer(call).version(_version(call)[1]))


def edit_version(call: Call) -> Response:
    project, version = _version(call)
    call.demand("ADMINISTER_PROJECTS", project)
    body = call.json_object()
    names = {
        "name": "name",
        "description": "description",
        "startDate": "start_date",
        "releaseDate": "release_date",
        "released": "released",
        "archived": "archived",
    }
    for key, slot in names.items():
        if key in body:
            setattr(version, slot, body[key])
    return answer(renderer(call).version(version))


def delete_version(call: Call) -> Response:
    project, version = _version(call)
    call.demand("ADMINISTER_PROJECTS", project)
    swap = (call.json_object() if call.request.method == "POST" else {}).get("moveFixIssuesTo")
    other = project.versions.get(str(swap)) if swap else None
    for issue in call.site.of_project[project.id].values():
        if version in issue.values["fix_versions"]:
            rest = tuple(v for v in issue.values["fix_versions"] if v is not version)
            issue.values["fix_versions"] = (*rest, other) if other else rest
    del project.versions[version.id]
    return nothing()


def create_component(call: Call) -> Response:
    body = call.json_object()
    project = project_of(call, body.get("project"))
    call.demand("ADMINISTER_PROJECTS", project)
    name = body.get("name")
    if not name:
        raise Refusal(400, errors={"name": "The component name specified is invalid."})
    made = Component(str(call.site.next_id("component")), name, project.id,
                     body.get("description", ""))  # fmt: skip
    project.components[made.id] = made
    return answer(renderer(call).component(made), 201)


def mount(router: Router) -> None:
    router.api("GET", "/project", every)
    router.api("GET", "/project/search", search, "cloud")
    router.api("GET", "/project/{project}", one)
    router.api("GET", "/project/{project}/statuses", statuses)
    router.api("GET", "/project/{project}/versions", versions)
    router.api("GET", "/project/{project}/version", versions_paged)
    router.api("GET", "/project/{project}/components", components)
    router.api("POST", "/version", create_version)
    router.api("GET", "/version/{id}", read_version)
    router.api("PUT", "/version/{id}", edit_version)
    router.api("DELETE", "/version/{id}", delete_version)
    router.api("POST", "/version/{id}/removeAndSwap", delete_version)
    router.api("POST", "/component", create_component)
