"""Creating, renaming, archiving and deleting projects; creating and deleting boards.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/
Boards: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

import re
from typing import Any

from ..model.project_admin import add_board, add_project, remove_board, remove_project
from ..model.projects import Project
from ..model.site import Event
from ..refusal import Refusal
from ..routing import Call, Router
from ..wire import Response, answer, nothing
from .lookups import board_of, project_of, renderer
from .projects import full

KEY = re.compile(r"[A-Z][A-Z0-9_]{1,9}")


def _checked_key(call: Call, key: object, unless: Project | None = None) -> str:
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise Refusal(400, errors={"projectKey": "Project keys must start with an uppercase "
                      "letter, followed by one or more uppercase alphanumeric characters."})  # fmt: skip
    other = call.site.project(key)
    if other is not None and other is not unless:
        raise Refusal(400, errors={
            "projectKey": f"Project '{other.name}' uses this project key."})  # fmt: skip
    return key


def create(call: Call) -> Response:
    call.demand("ADMINISTER")
    body = call.json_object()
    key = _checked_key(call, body.get("key"))
    name = body.get("name")
    if not isinstance(name, str) or not name.strip():
        raise Refusal(400, errors={"projectName": "You must specify a valid project name."})
    named: dict[str, Any] = {"name": body.get("lead"), "account_id": body.get("leadAccountId")}
    lead = call.site.user_by(**named) if any(named.values()) else call.actor
    if lead is None:
        raise Refusal(400, errors={"projectLead": "You must specify a valid project lead."})
    project = add_project(call.site, key, name, lead=lead.name)
    made = {"self": call.rest(f"project/{project.id}"), "id": project.id, "key": project.key}
    return answer(made, 201)


def edit(call: Call) -> Response:
    """Name and key; the old key keeps leading to the project and to its issues."""
    project = project_of(call)
    call.demand("ADMINISTER_PROJECTS", project)
    body = call.json_object()
    key = _checked_key(call, body.get("key", project.key), project)
    if key != project.key:
        site = call.site
        issues = list(site.of_project[project.id].values())
        for issue in issues:
            issue.old_keys.append(issue.key)
        project.old_keys.append(project.key)
        project.key = key
        for issue in issues:
            site.keys[issue.key] = issue
    project.name = body.get("name", project.name)
    call.site.publish(Event("project_updated", call.actor, subject=project))
    return answer(full(call, project))


def delete(call: Call) -> Response:
    project = project_of(call)
    call.demand("ADMINISTER")
    remove_project(call.site, call.actor, project)
    return nothing()


def archive(call: Call) -> Response:
    return _archived(call, True, "project_archived")


def restore(call: Call) -> Response:
    return _archived(call, False, "project_restored_archived")


def _archived(call: Call, archived: bool, event: str) -> Response:
    """An archived project's issues leave the search and cannot be changed."""
    project = project_of(call)
    call.demand("ADMINISTER")
    project.archived = archived
    call.site.publish(Event(event, call.actor, subject=project))
    return answer(full(call, project)) if call.site.cloud else nothing()


def create_board(call: Call) -> Response:
    body = call.json_object()
    where = body.get("location") or {}
    project = project_of(call, where.get("projectKeyOrId", ""))
    call.demand("ADMINISTER_PROJECTS", project)
    if body.get("type") not in ("scrum", "kanban"):
        raise Refusal(400, errors={"type": "A board is of type scrum or kanban."})
    board = add_board(call.site, project, body["type"], str(body.get("name") or ""))
    return answer(renderer(call).board(board), 201)


def delete_board(call: Call) -> Response:
    board = board_of(call)
    for id in board.project_ids:
        call.demand("ADMINISTER_PROJECTS", call.site.projects[id])
    remove_board(call.site, call.actor, board)
    return nothing()


def mount(router: Router) -> None:
    router.api("POST", "/project", create)
    router.api("PUT", "/project/{project}", edit)
    router.api("DELETE", "/project/{project}", delete)
    router.api("POST", "/project/{project}/archive", archive, "cloud")
    router.api("POST", "/project/{project}/restore", restore, "cloud")
    router.api("PUT", "/project/{project}/archive", archive, "datacenter")
    router.api("PUT", "/project/{project}/restore", restore, "datacenter")
    router.agile("POST", "/board", create_board)
    router.agile("DELETE", "/board/{board}", delete_board)
