"""Project roles: whoever is put into one holds what the permission scheme grants to it."""

from __future__ import annotations

from typing import Any

from jira_sandbox.app import furnish
from jira_sandbox.model.site import Site
from jira_sandbox.server import Handle
from jira_sandbox.state.dump import dumped
from jira_sandbox.state.load import load
from tests.sandbox.callers import Browser, Caller

PROJECT = "/rest/api/2/project/FALCON"
EDIT = {"fields": {"summary": "x"}}


def revoke(service: Caller, *permissions: str) -> None:
    for one in permissions:
        body = {"user": "svc-alm", "project": "FALCON", "permission": one, "granted": False}
        assert service("POST", "/sandbox/grants", body).status_code == 204


def named(handle: Handle, name: str) -> str:
    user = handle.site.users[name]
    return user.account_id if handle.site.cloud else user.name


def role(service: Caller, name: str) -> str:
    """The path of a role, as the list tells it."""
    address: str = service.get(f"{PROJECT}/role")[name]
    return address.removeprefix(service.handle.url)


def test_a_role_grants_what_the_scheme_says(service: Caller, admin: Caller, jira: Handle) -> None:
    revoke(service, "EDIT_ISSUES", "DELETE_ISSUES")
    assert service("PUT", "/rest/api/2/issue/FALCON-1", EDIT).status_code == 403
    path = role(service, "Developers")
    made = admin("POST", path, {"user": [named(jira, "svc-alm")]})
    assert [one["displayName"] for one in made.json()["actors"]] == ["ALM Service"]
    assert service("PUT", "/rest/api/2/issue/FALCON-1", EDIT).status_code == 204
    assert service("DELETE", "/rest/api/2/issue/FALCON-1").status_code == 403
    held = service.get(
        "/rest/api/2/mypermissions", projectKey="FALCON", permissions="EDIT_ISSUES,DELETE_ISSUES"
    )["permissions"]
    assert held["EDIT_ISSUES"]["havePermission"] is True
    assert held["DELETE_ISSUES"]["havePermission"] is False
    assert service("PUT", "/rest/api/2/issue/OTTER-1", EDIT).status_code == 204
    assert admin("DELETE", path, user=named(jira, "svc-alm")).status_code == 204
    assert service("PUT", "/rest/api/2/issue/FALCON-1", EDIT).status_code == 403


def test_who_may_not_change_roles(service: Caller, admin: Caller, jira: Handle) -> None:
    revoke(service, "ADMINISTER_PROJECTS")
    path = role(service, "Administrators")
    body: dict[str, Any] = {"user": [named(jira, "svc-alm")]}
    assert service("POST", path, body).status_code == 403
    assert admin("POST", path, {"user": ["nobody"]}).status_code == 404
    assert admin("POST", path, {}).status_code == 400
    assert admin("DELETE", path, user=named(jira, "tom")).status_code == 404
    assert admin("GET", f"{PROJECT}/role/7").status_code == 404


def test_an_admin_adds_a_person_by_page(service: Caller, jira: Handle) -> None:
    revoke(service, "EDIT_ISSUES")
    path = "/plugins/servlet/project-config/FALCON/roles"
    admin = Browser(jira, "admin")
    page = admin.open(path)
    assert "EDIT_ISSUES" in page.text
    shown = admin.submit(path, join="svc-alm", role="10001")
    assert "Remove svc-alm from Developers" in shown.text
    assert service("PUT", "/rest/api/2/issue/FALCON-1", EDIT).status_code == 204
    assert "Remove svc-alm" not in admin.submit(path, leave="svc-alm", role="10001").text
    admin.close()
    assert service("PUT", "/rest/api/2/issue/FALCON-1", EDIT).status_code == 403
    tom = Browser(jira, "tom")
    assert tom.open(path).status_code == 403
    tom.close()


def test_the_state_file_keeps_members(admin: Caller, jira: Handle) -> None:
    admin("POST", role(admin, "Users"), {"user": [named(jira, "svc-alm")]})
    again = Site(jira.site.flavour, jira.site.version)
    furnish(again)
    load(again, dumped(jira.site))
    falcon = again.project("FALCON")
    assert falcon is not None
    assert falcon.members == {"10000": ["svc-alm"]}
    again.close()
