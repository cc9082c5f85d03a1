"""Which permissions the account holds: in one project, in many, and globally.

On Cloud one call answers for a thousand projects; elsewhere one call each, several side by side.
A key that the instance does not know is unsupported; a question that failed is unknown.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from jira_client import parse
from jira_client.errors import AuthenticationRefused, Invalid, JiraError, NotFound, OAuthProblem
from jira_client.protocol import Param, Request
from jira_client.requirements import LEGACY_KEYS
from jira_client.resources.caller import Caller, chunks, side_by_side
from jira_client.values import PermissionState, Project

Progress = Callable[[int, int], None]
Failed = Callable[[Sequence[Project], JiraError], None]
States = dict[str, PermissionState]
# The most projects of one bulk check:
# https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/#api-rest-api-3-permissions-check-post
_MOST_PROJECTS = 1000


class Permissions:
    """The account's permissions."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def of_project(self, project_key: str, keys: Sequence[str]) -> States:
        """The state of each permission in one project, by permission key. The project is named by key
        or id.

        Within a project a grant to the reporter or the assignee counts as held, although a single
        issue may still refuse. Raises JiraError; NotFound where the project is missing or invisible.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/#api-rest-api-3-mypermissions-get
        """
        name = "projectId" if project_key.isdigit() else "projectKey"
        return self._mine({name: project_key}, keys)

    def global_(self, keys: Sequence[str]) -> States:
        """The state of each permission without a project, by permission key: for global permissions.

        A project permission counts as held here where the account holds it in any project. Raises
        JiraError.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/#api-rest-api-3-mypermissions-get
        """
        return self._mine({}, keys)

    def of_projects(
        self,
        projects: Sequence[Project],
        keys: Sequence[str],
        progress: Progress | None = None,
        failed: Failed | None = None,
    ) -> dict[str, States]:
        """The state of each permission in each project, by project id and permission key.

        Where asking about a project fails, its permissions are unknown, and `failed(projects, error)`
        is told why. `progress(done, total)` and `failed` are called in the calling thread. Raises
        AuthenticationRefused and OAuthProblem alone: they concern every project.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/#api-rest-api-3-permissions-check-post
        """
        if not projects or not keys:
            return {project.id: {} for project in projects}
        if self._caller.flavour.bulk_permission_check:
            return self._in_bulk(projects, keys, progress, failed)
        found: dict[str, States] = {}
        answers = side_by_side(self._caller, lambda one: self._guarded(one, keys), projects)
        for done, (project, (states, error)) in enumerate(zip(projects, answers, strict=True), 1):
            found[project.id] = states
            if error is not None and failed is not None:
                failed([project], error)
            if progress is not None:
                progress(done, len(projects))
        return found

    def _mine(self, context: Mapping[str, Param], keys: Sequence[str]) -> States:
        return self._known(keys, lambda some: self._ask_mine(context, some))

    def _ask_mine(self, context: Mapping[str, Param], keys: Sequence[str]) -> States:
        flavour = self._caller.flavour
        params = dict(context)
        if flavour.permission_keys_required:
            params["permissions"] = tuple(keys)
        answer = self._caller.call(Request("GET", f"{flavour.api}/mypermissions", params=params))
        held = parse.mapping(parse.mapping(answer).get("permissions"))
        return {key: _state(held, key) for key in keys}

    def _guarded(self, project: Project, keys: Sequence[str]) -> tuple[States, JiraError | None]:
        try:
            return self.of_project(project.key or project.id, keys), None
        except NotFound:
            # Invisible: Browse is missing; what else it lacks nobody can tell.
            browse = {"BROWSE_PROJECTS": PermissionState.MISSING}
            return _unknown(keys) | {k: v for k, v in browse.items() if k in keys}, None
        except (AuthenticationRefused, OAuthProblem):
            raise
        except JiraError as error:
            return _unknown(keys), error

    def _in_bulk(
        self,
        projects: Sequence[Project],
        keys: Sequence[str],
        progress: Progress | None,
        failed: Failed | None,
    ) -> dict[str, States]:
        found: dict[str, States] = {}
        for some in chunks(projects, _MOST_PROJECTS):
            try:
                found.update(self._check(some, keys))
            except (AuthenticationRefused, OAuthProblem):
                raise
            except JiraError as error:
                found.update({project.id: _unknown(keys) for project in some})
                if failed is not None:
                    failed(some, error)
            if progress is not None:
                progress(len(found), len(projects))
        return found

    def _check(self, projects: Sequence[Project], keys: Sequence[str]) -> dict[str, States]:
        granted: dict[str, set[str]] = {}

        def ask(some: Sequence[str]) -> States:
            granted.update(self._ask_bulk(projects, some))
            return dict.fromkeys(some, PermissionState.MISSING)

        base = self._known(keys, ask)
        return {
            project.id: {
                key: PermissionState.HELD if project.id in granted.get(key, ()) else state
                for key, state in base.items()
            }
            for project in projects
        }

    def _ask_bulk(self, projects: Sequence[Project], keys: Sequence[str]) -> dict[str, set[str]]:
        body = {
            "globalPermissions": [],
            "projectPermissions": [
                {"permissions": list(keys), "projects": [int(one.id) for one in projects]}
            ],
        }
        path = f"{self._caller.flavour.api}/permissions/check"
        answer = self._caller.call(Request("POST", path, json=body, writes=False))
        return {
            parse.text(row.get("permission")): {
                parse.text(one) for one in row.get("projects") or ()
            }
            for row in parse.rows(parse.mapping(answer).get("projectPermissions") or [])
        }

    def _known(self, keys: Sequence[str], ask: Callable[[Sequence[str]], States]) -> States:
        """Asks, and once more without the keys that Jira says it does not know."""
        if not keys:
            return {}
        try:
            return ask(keys)
        except Invalid as error:
            strange = _named_in(error, keys)
            rest = [key for key in keys if key not in strange]
            if not strange:
                raise
        states = dict.fromkeys(strange, PermissionState.UNSUPPORTED)
        if rest:
            states.update(ask(rest))
        return {key: states[key] for key in keys}


def _unknown(keys: Sequence[str]) -> States:
    return dict.fromkeys(keys, PermissionState.UNKNOWN)


def _state(held: Mapping[str, Any], key: str) -> PermissionState:
    row = held.get(key) or held.get(LEGACY_KEYS.get(key, key))
    if not isinstance(row, Mapping):
        return PermissionState.UNSUPPORTED
    return PermissionState.HELD if row.get("havePermission") is True else PermissionState.MISSING


def _named_in(error: Invalid, keys: Iterable[str]) -> list[str]:
    words = set(error.field_errors) | set(" ".join(error.messages).replace(",", " ").split())
    return [key for key in keys if key in words or f"'{key}'" in words]
