"""The calls for the account itself, for users, for permissions and for the kind of Jira.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-myself/
Users: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-user-search/
Permissions: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/
Kind of Jira: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-server-info/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from typing import Any

from ..model.clock import stamp
from ..model.people import User
from ..model.permissions import Permission, known
from ..model.projects import Project
from ..refusal import Refusal
from ..routing import Call, Router
from ..wire import Response, answer
from .lookups import issue_of, project_of, renderer

VERSIONS = {8: "8.20.30", 9: "9.12.15", 10: "10.3.5", 11: "11.3.0"}


def server_info(call: Call) -> Response:
    site = call.site
    version = (
        "1001.0.0-SNAPSHOT" if site.cloud else VERSIONS.get(site.version, f"{site.version}.0.0")
    )
    numbers = [int(part) for part in version.removesuffix("-SNAPSHOT").split(".")]
    made: dict[str, Any] = {
        "baseUrl": site.base_url, "version": version, "versionNumbers": numbers,
        "deploymentType": "Cloud" if site.cloud else "Server",
        "buildNumber": 100204 if site.cloud else 10030005,
        "buildDate": "2026-06-01T00:00:00.000+0000", "serverTime": stamp(site.now()),
        "scmInfo": "948b370c557f4bbf768b92203f3aca5d86ee9758", "serverTitle": "Jira",
    }  # fmt: skip
    if site.cloud:
        made["defaultLocale"] = {"locale": "en_US"}
    return answer(made)


def myself(call: Call) -> Response:
    if call.user is None:
        raise Refusal(401, "Client must be authenticated to access this resource.", shape="message")
    shapes = renderer(call)
    made = dict(shapes.user(call.user) or {})
    groups = {"size": 1, "items": []}
    return answer(made | {"locale": call.user.locale, "groups": groups,
                          "applicationRoles": {"size": 1, "items": []},
                          "expand": "groups,applicationRoles"})  # fmt: skip


def _permission(one: Permission, key: str, held: bool, legacy: bool) -> dict[str, Any]:
    return {"id": one.id, "key": key, "name": one.name, "type": one.kind,
            "description": one.description, "havePermission": held,
            "deprecatedKey": legacy}  # fmt: skip


def _context(call: Call) -> Project | None:
    for name in ("issueKey", "issueId"):
        if call.one(name):
            return issue_of(call, call.one(name)).project
    for name in ("projectKey", "projectId"):
        if call.one(name):
            return project_of(call, call.one(name))
    return None


def my_permissions(call: Call) -> Response:
    site = call.site
    if call.user is None and not site.cloud:
        raise Refusal(
            401, "You are not authenticated. Authentication required to perform this operation."
        )
    keys = known(site.cloud)
    wanted = call.many("permissions")
    if site.cloud:
        if not wanted:
            raise Refusal(400, "The 'permissions' query parameter is required.")
        if unknown := [key for key in wanted if key not in keys]:
            raise Refusal(400, errors=dict.fromkeys(unknown, "Unrecognized permission"))
        project = _context(call)
        made = {
            key: _permission(keys[key], key, site.may(call.user, key, project), False)
            for key in wanted
        }
        return answer({"permissions": made})
    project = _context(call)
    made = {}
    for key, one in keys.items():
        held = site.may(call.user, key, project)
        made[key] = _permission(one, key, held, False)
        if one.legacy:
            made[one.legacy] = _permission(one, one.legacy, held, True)
    return answer({"permissions": made})


def catalogue(call: Call) -> Response:
    if not call.site.cloud:
        call.demand("ADMINISTER")
    made = {
        key: {"key": key, "name": one.name, "type": one.kind, "description": one.description}
        for key, one in known(call.site.cloud).items()
    }
    return answer({"permissions": made})


def check_permissions(call: Call) -> Response:
    """Cloud's bulk check: only what is granted comes back; invalid ids are dropped."""
    body = call.json_object()
    site, user = call.site, call.user
    if body.get("accountId") and (user is None or body["accountId"] != user.account_id):
        call.demand("ADMINISTER")
        user = site.user_by(account_id=body["accountId"])
    asked = body.get("projectPermissions") or []
    if not all(isinstance(one, dict) and one.get("permissions") for one in asked):
        raise Refusal(400, "Each of projectPermissions must name permissions.")
    keys = known(True)
    names = [*body.get("globalPermissions", []), *(k for a in asked for k in a["permissions"])]
    if unknown := [key for key in names if key not in keys]:
        raise Refusal(400, errors=dict.fromkeys(unknown, "Unrecognized permission"))
    if sum(len(one.get("projects", [])) for one in asked) > 1000:
        raise Refusal(400, "The maximum number of projects is 1000.")
    granted = [
        {"permission": key, "projects": _projects(call, user, key, one.get("projects", [])),
         "issues": _issues(call, user, key, one.get("issues", []))}
        for one in asked for key in one["permissions"]
    ]  # fmt: skip
    made = [one for one in granted if one["projects"] or one["issues"]]
    world = [key for key in body.get("globalPermissions", []) if site.may(user, key)]
    return answer({"globalPermissions": world, "projectPermissions": made})


def _projects(call: Call, user: User | None, key: str, ids: list[int]) -> list[int]:
    found = [call.site.project(id) for id in ids]
    return [one.id for one in found if one and call.site.may(user, key, one)]


def _issues(call: Call, user: User | None, key: str, ids: list[int]) -> list[int]:
    found = [call.site.issue(id) for id in ids]
    return [one.id for one in found if one and call.site.may(user, key, one.project)]


def permitted_projects(call: Call) -> Response:
    keys = call.json_object().get("permissions", [])
    found = [
        {"id": one.id, "key": one.key} for one in call.site.projects.values()
        if all(call.site.may(call.user, key, one) for key in keys)
    ]  # fmt: skip
    return answer({"projects": found})


def user_search(call: Call) -> Response:
    call.actor  # noqa: B018 - anonymous people see nobody
    wanted = (call.one("query") or call.one("username")).lower()
    if not call.site.cloud and not call.one("username"):
        raise Refusal(400, "The username query parameter was not provided")
    return answer(_matching(call, wanted, None))


def assignable(call: Call) -> Response:
    project = (
        issue_of(call, call.one("issueKey")).project
        if call.one("issueKey")
        else (project_of(call, call.one("project")))
    )
    return answer(_matching(call, (call.one("query") or call.one("username")).lower(), project))


def _matching(call: Call, wanted: str, project: Project | None) -> list[Any]:
    shapes = renderer(call)
    start, size = call.number("startAt", 0), call.number("maxResults", 50, 1000)
    if call.one("accountId"):
        found = [user for user in [call.site.user_by(account_id=call.one("accountId"))] if user]
    else:
        found = [
            user for user in call.site.users.values()
            if user.active and (wanted in ("", ".") or any(
                wanted in text.lower() for text in (user.name, user.display_name, user.email)))
        ]  # fmt: skip
    if project:
        found = [user for user in found if call.site.may(user, "ASSIGNABLE_USER", project)]
    return [shapes.user(user) for user in found[start : start + size]]


def user(call: Call) -> Response:
    call.actor  # noqa: B018 - anonymous people see nobody
    site = call.site
    if site.cloud:
        found = site.user_by(account_id=call.one("accountId"))
    elif call.one("key"):
        found = site.user_by(key=call.one("key"))
    else:
        found = site.user_by(name=call.one("username"))
    if found is None:
        raise Refusal(404, "Specified user does not exist or you do not have required permissions")
    return answer(renderer(call).user(found))


def user_bulk(call: Call) -> Response:
    found = [call.site.user_by(account_id=id) for id in call.request.params.get("accountId", [])]
    shapes = renderer(call)
    values = [shapes.user(one) for one in found if one]
    return answer({"maxResults": 50, "startAt": 0, "total": len(values), "isLast": True,
                   "values": values})  # fmt: skip


def tenant(call: Call) -> Response:
    return answer({"cloudId": call.site.identity})


def manifest(call: Call) -> Response:
    """What application links are made by; anybody may ask."""
    site = call.site
    return answer({"id": site.identity, "name": "Jira", "typeId": "jira", "url": site.base_url,
                   "version": f"{site.version}.0.0", "publicSignup": False,
                   "applinksVersion": "9.0.0", "inboundAuthenticationTypes": []})  # fmt: skip


def mount(router: Router) -> None:
    router.api("GET", "/serverInfo", server_info)
    router.api("GET", "/myself", myself)
    router.api("GET", "/mypermissions", my_permissions)
    router.api("GET", "/permissions", catalogue)
    router.api("POST", "/permissions/check", check_permissions, "cloud")
    router.api("POST", "/permissions/project", permitted_projects, "cloud")
    router.api("GET", "/user", user)
    router.api("GET", "/user/search", user_search)
    router.api("GET", "/user/assignable/search", assignable)
    router.api("GET", "/user/bulk", user_bulk, "cloud")
    router.add("GET", "/_edge/tenant_info", tenant, "cloud")
    router.add("GET", "/rest/applinks/1.0/manifest", manifest, "datacenter")
