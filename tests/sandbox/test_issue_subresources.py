"""Comments, versions, components and bulk changelogs, with the grants they need."""

from __future__ import annotations

from jira_sandbox.server import Handle
from tests.sandbox.callers import Caller

ISSUE = "/rest/api/2/issue/FALCON-1"


def test_a_comments_life(service: Caller, jira: Handle) -> None:
    made = service("POST", ISSUE + "/comment", {"body": "one"})
    assert made.status_code == 201
    path = f"{ISSUE}/comment/{made.json()['id']}"
    assert service("PUT", path, {"body": "two"}).json()["body"] == "two"
    assert service.get(ISSUE + "/comment")["comments"][0]["body"] == "two"
    assert service("POST", ISSUE + "/comment", {"body": ""}).status_code == 400
    assert service("DELETE", path).status_code == 204
    assert service("GET", path).status_code == 404
    site = jira.site
    site.grant(site.project("FALCON"), site.users["svc-alm"], "ADD_COMMENTS", False)
    assert service("POST", ISSUE + "/comment", {"body": "three"}).status_code == 403


def test_a_versions_life(service: Caller, jira: Handle) -> None:
    project = jira.site.project("FALCON")
    assert project is not None
    first, second = (
        service("POST", "/rest/api/2/version", {"name": name, "projectId": project.id}).json()
        for name in ("1.0", "2.0")
    )
    same = service("POST", "/rest/api/2/version", {"name": "1.0", "projectId": project.id})
    assert same.status_code == 400
    path = f"/rest/api/2/version/{first['id']}"
    assert service("PUT", path, {"released": True}).json()["released"] is True
    service("PUT", ISSUE, {"fields": {"fixVersions": [{"id": first["id"]}]}})
    assert service.keys("project = FALCON AND fixVersion = '1.0'") == ["FALCON-1"]
    swap = {"moveFixIssuesTo": int(second["id"])}
    assert service("POST", path + "/removeAndSwap", swap).status_code == 204
    assert [one["name"] for one in service.fields("FALCON-1")["fixVersions"]] == ["2.0"]
    assert [one["name"] for one in service.get("/rest/api/2/project/FALCON/versions")] == ["2.0"]
    tom = Caller(jira, "tom")("POST", "/rest/api/2/version", {"name": "3", "project": "FALCON"})
    assert tom.status_code == (404 if jira.site.cloud else 403)


def test_components(service: Caller, jira: Handle) -> None:
    made = service("POST", "/rest/api/2/component", {"name": "App", "project": "FALCON"})
    assert made.status_code == 201
    service("PUT", ISSUE, {"update": {"components": [{"add": {"name": "App"}}]}})
    assert [one["name"] for one in service.fields("FALCON-1")["components"]] == ["App"]
    assert service("POST", "/rest/api/2/component", {"name": "App"}).status_code == 404


def test_changelogs_in_bulk(cloud: Handle) -> None:
    service = Caller(cloud)
    service("PUT", ISSUE, {"fields": {"summary": "x", "labels": ["a"]}})
    service("PUT", ISSUE, {"fields": {"labels": ["b"]}})
    path = "/rest/api/3/changelog/bulkfetch"
    body = {"issueIdsOrKeys": ["FALCON-1"], "fieldIds": ["summary"]}
    (log,) = service("POST", path, body).json()["issueChangeLogs"]
    assert len(log["changeHistories"]) == 1
    (log,) = service("POST", path, {"issueIdsOrKeys": ["FALCON-1"]}).json()["issueChangeLogs"]
    assert len(log["changeHistories"]) == 2


def test_only_people_who_are_there_are_found(service: Caller, jira: Handle) -> None:
    name = "query" if jira.site.cloud else "username"
    found = service.get("/rest/api/2/user/search", **{name: "rita"})
    assert [one["displayName"] for one in found] == ["Rita Train"]
    site = jira.site
    site.grant(site.project("FALCON"), site.users["rita"], "ASSIGNABLE_USER", False)
    path = "/rest/api/2/user/assignable/search"
    assert service.get(path, project="FALCON", **{name: "rita"}) == []
