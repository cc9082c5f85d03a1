"""Project roles: reading them, and putting people into them. Groups as actors are not modelled.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-roles/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from typing import Any

from ..model.people import User
from ..model.projects import Project
from ..model.roles import ROLES, Role
from ..refusal import Refusal
from ..routing import Call, Router
from ..wire import Response, answer, nothing
from .lookups import project_of


def links(call: Call, project: Project) -> dict[str, str]:
    """The address of each role of a project, by name."""
    return {one.name: call.rest(f"project/{project.id}/role/{one.id}") for one in ROLES.values()}


def every(call: Call) -> Response:
    return answer(links(call, project_of(call)))


def catalogue(call: Call) -> Response:
    call.demand("ADMINISTER")
    return answer([_plain(call, one, f"role/{one.id}") for one in ROLES.values()])


def _plain(call: Call, role: Role, path: str) -> dict[str, Any]:
    return {
        "self": call.rest(path), "name": role.name, "id": role.id,
        "description": role.description,
    }  # fmt: skip


def _role(call: Call) -> Role:
    text = call.args["role"]
    found = ROLES.get(int(text)) if text.isdecimal() else None
    if found is None:
        raise Refusal(404, f"Can't retrieve a role actor for a null project role: {text}.")
    return found


def _shown(call: Call, project: Project, role: Role) -> Response:
    actors = [
        _actor(call, project, role, call.site.users[name])
        for name in project.members.get(str(role.id), ())
    ]
    path = f"project/{project.id}/role/{role.id}"
    return answer(_plain(call, role, path) | {"actors": actors})


def _actor(call: Call, project: Project, role: Role, user: User) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": project.id * 100 + role.id % 100, "displayName": user.display_name,
        "type": "atlassian-user-role-actor",
    }  # fmt: skip
    if call.site.cloud:
        return made | {"actorUser": {"accountId": user.account_id}}
    return made | {"name": user.name}


def one(call: Call) -> Response:
    return _shown(call, project_of(call), _role(call))


def _managed(call: Call) -> tuple[Project, Role]:
    project = project_of(call)
    if not call.site.may(call.user, "ADMINISTER"):
        call.demand("ADMINISTER_PROJECTS", project)
    return project, _role(call)


def _person(call: Call, name: object) -> User:
    by = {"account_id": str(name)} if call.site.cloud else {"name": str(name)}
    found = call.site.user_by(**by)
    if found is None:
        raise Refusal(404, f"We can't find '{name}' in any accessible user directory.")
    return found


def add(call: Call) -> Response:
    """`{"user": [account id or name, …]}`; the role with its new actors."""
    project, role = _managed(call)
    wanted = call.json_object().get("user")
    if not isinstance(wanted, list) or not wanted:
        raise Refusal(400, "At least one user or group is required.")
    for user in [_person(call, name) for name in wanted]:
        project.join(role.id, user.name)
    return _shown(call, project, role)


def remove(call: Call) -> Response:
    project, role = _managed(call)
    user = _person(call, call.one("user"))
    if user.name not in project.members.get(str(role.id), ()):
        raise Refusal(404, f"'{call.one('user')}' is not in the role {role.name}.")
    project.leave(role.id, user.name)
    return nothing()


def mount(router: Router) -> None:
    router.api("GET", "/role", catalogue)
    router.api("GET", "/project/{project}/role", every)
    router.api("GET", "/project/{project}/role/{role}", one)
    router.api("POST", "/project/{project}/role/{role}", add)
    router.api("DELETE", "/project/{project}/role/{role}", remove)
