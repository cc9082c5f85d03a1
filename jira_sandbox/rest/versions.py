"""Versions and components of projects: listed, made, renamed, released, merged away.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-versions/
Components: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-components/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from ..model.projects import Component, Project, Version
from ..model.site import Event
from ..refusal import Refusal
from ..routing import Call, Router
from ..wire import Response, answer, nothing
from .lookups import page, project_of, renderer, visible_projects

SLOTS = {
    "name": "name",
    "description": "description",
    "startDate": "start_date",
    "releaseDate": "release_date",
    "released": "released",
    "archived": "archived",
}
DATES = ("startDate", "releaseDate")


def versions(call: Call) -> Response:
    shapes = renderer(call)
    return answer([shapes.version(one) for one in project_of(call).versions.values()])


def versions_paged(call: Call) -> Response:
    shapes = renderer(call)
    found = [shapes.version(one) for one in project_of(call).versions.values()]
    return answer({"self": call.rest("project")} | page(call, found))


def create_version(call: Call) -> Response:
    body = call.json_object()
    project = project_of(call, body.get("projectId", body.get("project")))
    _must_administer(call, project)
    _check(project, body, None)
    made = Version(str(call.site.next_id("version")), body["name"].strip(), project.id)
    _fill(made, body)
    project.versions[made.id] = made
    _tell(call, "jira:version_created", made)
    return answer(renderer(call).version(made), 201)


def read_version(call: Call) -> Response:
    return answer(renderer(call).version(_version(call)[1]))


def edit_version(call: Call) -> Response:
    project, version = _version(call)
    _must_administer(call, project)
    body = call.json_object()
    _check(project, body, version)
    was = version.released
    _fill(version, body)
    if version.released != was:
        _tell(call, f"jira:version_{'released' if version.released else 'unreleased'}", version)
    _tell(call, "jira:version_updated", version)
    return answer(renderer(call).version(version))


def delete_version(call: Call) -> Response:
    """What is said of the version goes, or is said of another one; the issues are not touched by it."""
    project, version = _version(call)
    _must_administer(call, project)
    swap = (call.json_object() if call.request.method == "POST" else {}).get("moveFixIssuesTo")
    other = project.versions.get(str(swap)) if swap else None
    for issue in call.site.of_project[project.id].values():
        if version in issue.values["fix_versions"]:
            rest = tuple(v for v in issue.values["fix_versions"] if v is not version)
            issue.values["fix_versions"] = (*rest, other) if other else rest
    del project.versions[version.id]
    _tell(call, "jira:version_deleted", version)
    return nothing()


def components(call: Call) -> Response:
    shapes = renderer(call)
    return answer([shapes.component(one) for one in project_of(call).components.values()])


def create_component(call: Call) -> Response:
    body = call.json_object()
    project = project_of(call, body.get("project"))
    _must_administer(call, project)
    _check_component(project.components.values(), body.get("name"))
    made = Component(str(call.site.next_id("component")), body["name"].strip(), project.id,
                     body.get("description", ""))  # fmt: skip
    project.components[made.id] = made
    return answer(renderer(call).component(made), 201)


def edit_component(call: Call) -> Response:
    project, component = _component(call)
    _must_administer(call, project)
    body = call.json_object()
    if "name" in body:
        others = [one for one in project.components.values() if one is not component]
        _check_component(others, body["name"])
        component.name = body["name"].strip()
    component.description = body.get("description", component.description)
    return answer(renderer(call).component(component))


def _must_administer(call: Call, project: Project) -> None:
    """Cloud calls the project missing where the right to administer it is; Data Center says 403.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-versions/#api-rest-api-3-version-post
    """
    if call.site.may(call.user, "ADMINISTER"):
        return
    if not call.site.may(call.user, "ADMINISTER_PROJECTS", project) and call.site.cloud:
        raise Refusal(404, "The project does not exist or you do not have permission to see it.")
    call.demand("ADMINISTER_PROJECTS", project)


def _check(project: Project, body: dict[str, Any], known: Version | None) -> None:
    """Raises Refusal 400 for a name that is empty or taken, and for what is no date."""
    errors = {}
    if known is None or "name" in body:
        name = body.get("name")
        taken = {one.name.lower() for one in project.versions.values() if one is not known}
        if not isinstance(name, str) or not name.strip():
            errors["name"] = "You must specify a valid version name."
        elif len(name) > 255:
            errors["name"] = "The version name must not be longer than 255 characters."
        elif name.strip().lower() in taken:
            errors["name"] = "A version with this name already exists in this project."
    for key in DATES:
        if body.get(key) and not _is_date(body[key]):
            errors[key] = "The date is not valid: it must be in the format yyyy-MM-dd."
    start, end = (body.get(key) or "" for key in DATES)
    if start and end and start > end:
        errors["startDate"] = "The start date must be before the release date."
    if errors:
        raise Refusal(400, errors=errors)


def _is_date(value: Any) -> bool:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def _fill(version: Version, body: dict[str, Any]) -> None:
    for key, slot in SLOTS.items():
        if key in body:
            value = body[key]
            setattr(version, slot, (value or None) if key in DATES else value)


def _check_component(others: Iterable[Component], name: Any) -> None:
    if not isinstance(name, str) or not name.strip():
        raise Refusal(400, errors={"name": "The component name specified is invalid."})
    if name.strip().lower() in {one.name.lower() for one in others}:
        words = "A component with the name {} already exists in this project."
        raise Refusal(400, errors={"name": words.format(name)})


def _version(call: Call) -> tuple[Project, Version]:
    for project in visible_projects(call):
        if call.args["id"] in project.versions:
            return project, project.versions[call.args["id"]]
    raise Refusal(404, f"Could not find version for id '{call.args['id']}'")


def _component(call: Call) -> tuple[Project, Component]:
    for project in visible_projects(call):
        if call.args["id"] in project.components:
            return project, project.components[call.args["id"]]
    raise Refusal(404, f"The component with id {call.args['id']} does not exist.")


def _tell(call: Call, name: str, version: Version) -> None:
    call.site.publish(Event(name, call.user, subject=version))


def mount(router: Router) -> None:
    router.api("GET", "/project/{project}/versions", versions)
    router.api("GET", "/project/{project}/version", versions_paged)
    router.api("POST", "/version", create_version)
    router.api("GET", "/version/{id}", read_version)
    router.api("PUT", "/version/{id}", edit_version)
    router.api("DELETE", "/version/{id}", delete_version)
    router.api("POST", "/version/{id}/removeAndSwap", delete_version)
    router.api("GET", "/project/{project}/components", components)
    router.api("POST", "/component", create_component)
    router.api("PUT", "/component/{id}", edit_component)
