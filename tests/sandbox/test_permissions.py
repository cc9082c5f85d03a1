"""Every grant is enforced: taking one away makes exactly its calls fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jira_sandbox.server import Handle
from tests.sandbox.callers import Caller

Act = Callable[[Caller, str], Any]


def create(service: Caller, key: str) -> Any:
    fields = {"project": {"key": "FALCON"}, "issuetype": {"name": "Story"}, "summary": "x"}
    return service("POST", "/rest/api/2/issue", {"fields": fields})


def edit(service: Caller, key: str) -> Any:
    return service("PUT", f"/rest/api/2/issue/{key}", {"fields": {"summary": "y"}})


def delete(service: Caller, key: str) -> Any:
    return service("DELETE", f"/rest/api/2/issue/{key}")


def link(service: Caller, key: str) -> Any:
    ends = {"inwardIssue": {"key": key}, "outwardIssue": {"key": "OTTER-1"}}
    return service("POST", "/rest/api/2/issueLink", {"type": {"name": "Blocks"}, **ends})


def rank(service: Caller, key: str) -> Any:
    body = {"issues": [key], "rankBeforeIssue": "FALCON-1"}
    return service("PUT", "/rest/agile/1.0/issue/rank", body)


def schedule(service: Caller, key: str) -> Any:
    return service("POST", "/rest/agile/1.0/sprint/3/issue", {"issues": [key]})


def transition(service: Caller, key: str) -> Any:
    body = {"transition": {"id": "21"}}
    return service("POST", f"/rest/api/2/issue/{key}/transitions", body)


def manage(service: Caller, key: str) -> Any:
    return service("POST", "/rest/agile/1.0/sprint", {"name": "New", "originBoardId": 2})


def report(service: Caller, key: str) -> Any:
    site = service.handle.site
    tom = {"accountId": site.users["tom"].account_id} if site.cloud else {"name": "tom"}
    return service("PUT", f"/rest/api/2/issue/{key}", {"fields": {"reporter": tom}})


def assign(service: Caller, key: str) -> Any:
    site = service.handle.site
    tom = {"accountId": site.users["tom"].account_id} if site.cloud else {"name": "tom"}
    return service("PUT", f"/rest/api/2/issue/{key}", {"fields": {"assignee": tom}})


def read(service: Caller, key: str) -> Any:
    return service("GET", f"/rest/api/2/issue/{key}")


ACTS: list[tuple[str, Act, int, int]] = [
    ("CREATE_ISSUES", create, 201, 400), ("EDIT_ISSUES", edit, 204, 403),
    ("DELETE_ISSUES", delete, 204, 403), ("SCHEDULE_ISSUES", rank, 204, 403),
    ("SCHEDULE_ISSUES", schedule, 204, 403), ("TRANSITION_ISSUES", transition, 204, 400),
    ("MANAGE_SPRINTS_PERMISSION", manage, 201, 403), ("MODIFY_REPORTER", report, 204, 400),
    ("ASSIGN_ISSUES", assign, 204, 400), ("BROWSE_PROJECTS", read, 200, 404),
]  # fmt: skip


@pytest.mark.parametrize(("permission", "act", "granted", "revoked"), ACTS)
def test_a_grant_decides(
    service: Caller, jira: Handle, permission: str, act: Act, granted: int, revoked: int
) -> None:
    key = service.story()["key"]
    control = {"user": "svc-alm", "project": "FALCON", "permission": permission}
    service("POST", "/sandbox/grants", control | {"granted": False})
    assert act(service, key).status_code == revoked
    service("POST", "/sandbox/grants", control | {"granted": True})
    assert act(service, key).status_code == granted


def test_linking_without_the_grant_fails_differently(service: Caller, jira: Handle) -> None:
    key = service.story()["key"]
    site = jira.site
    site.grant(site.project("FALCON"), site.users["svc-alm"], "LINK_ISSUES", False)
    assert link(service, key).status_code == (404 if site.cloud else 401)


def test_an_invisible_project_is_not_there(service: Caller, jira: Handle) -> None:
    site = jira.site
    site.grant(site.project("FALCON"), site.users["svc-alm"], "BROWSE_PROJECTS", False)
    assert service("GET", "/rest/api/2/project/FALCON").status_code == 404
    assert "FALCON" not in {one["key"] for one in service.get("/rest/api/2/project")}
    path = "/rest/api/2/search/jql" if site.cloud else "/rest/api/2/search"
    assert service("GET", path, jql="project = FALCON").status_code == 400
    assert not [key for key in service.keys("created >= -1d") if key.startswith("FALCON")]


def test_my_permissions(cloud: Handle, datacenter: Handle) -> None:
    path = "/rest/api/2/mypermissions"
    assert Caller(cloud)("GET", path, projectKey="FALCON").status_code == 400
    asked = Caller(cloud).get(path, projectKey="FALCON", permissions="EDIT_ISSUES,EDIT_WORKFLOW")
    assert set(asked["permissions"]) == {"EDIT_ISSUES", "EDIT_WORKFLOW"}
    every = Caller(datacenter).get(path, projectKey="FALCON")["permissions"]
    assert every["EDIT_ISSUE"]["deprecatedKey"] is True
    assert every["EDIT_ISSUES"]["havePermission"] is True
    assert every["ADMINISTER"]["havePermission"] is False
    assert "EDIT_WORKFLOW" not in every


def test_bulk_check_names_only_what_is_granted(cloud: Handle) -> None:
    site = cloud.site
    falcon, otter = site.project("FALCON"), site.project("OTTER")
    site.grant(falcon, site.users["svc-alm"], "LINK_ISSUES", False)
    wanted = {"permissions": ["LINK_ISSUES"], "projects": [falcon.id, otter.id, 99999]}
    body = {"globalPermissions": ["ADMINISTER"], "projectPermissions": [wanted]}
    found = Caller(cloud)("POST", "/rest/api/3/permissions/check", body).json()
    assert found["globalPermissions"] == []
    assert found["projectPermissions"] == [
        {"permission": "LINK_ISSUES", "projects": [otter.id], "issues": []}
    ]
