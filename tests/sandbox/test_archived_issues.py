"""Archived issues leave search and boards, can be read, and cannot be changed."""

from __future__ import annotations

import pytest

from jira_sandbox.server import Handle
from jira_sandbox.state.dump import dumped
from tests.sandbox.callers import Caller

ISSUE = "/rest/api/2/issue"


def archive(admin: Caller, key: str, back: bool = False) -> None:
    if admin.handle.site.cloud:
        path = f"{ISSUE}/unarchive" if back else f"{ISSUE}/archive"
        answer = admin("PUT", path, {"issueIdsOrKeys": [key]})
        assert answer.json() == {"numberOfIssuesUpdated": 1, "errors": {}}
    else:
        answer = admin("PUT", f"{ISSUE}/{key}/{'restore' if back else 'archive'}")
        assert answer.status_code == 204, answer.text


def test_out_of_search_and_back(service: Caller, admin: Caller, jira: Handle) -> None:
    key = service.story()["key"]
    archive(admin, key)
    assert service.keys(f"project = FALCON AND key = {key}") == []
    assert service.get(f"{ISSUE}/{key}")["key"] == key
    archive(admin, key, back=True)
    assert service.keys(f"project = FALCON AND key = {key}") == [key]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "", {"fields": {"summary": "x"}}),
        ("DELETE", "", None),
        ("POST", "/transitions", {"transition": {"id": "21"}}),
        ("POST", "/comment", {"body": "x"}),
        ("PUT", "/properties/x", 1),
    ],
)
def test_nothing_changes_it(
    service: Caller, admin: Caller, jira: Handle, method: str, path: str, body: object
) -> None:
    key = service.story()["key"]
    archive(admin, key)
    answer = service(method, f"{ISSUE}/{key}{path}", body)
    assert (answer.status_code, "archived" in answer.text) == (403, True)


def test_no_links_to_it(service: Caller, admin: Caller, jira: Handle) -> None:
    one, other = service.story()["key"], service.story()["key"]
    archive(admin, other)
    ends = {"inwardIssue": {"key": one}, "outwardIssue": {"key": other}}
    answer = service("POST", "/rest/api/2/issueLink", {"type": {"name": "Blocks"}} | ends)
    assert answer.status_code == 403


def test_data_center_hides_it_without_browse_archive(datacenter: Handle) -> None:
    service, admin = Caller(datacenter), Caller(datacenter, "admin")
    key = service.story()["key"]
    archive(admin, key)
    fields = service.fields(key, "archiveddate", "archivedby")
    assert (fields["archivedby"]["name"], fields["archiveddate"] is None) == ("admin", False)
    grant = {"user": "svc-alm", "project": "FALCON", "permission": "BROWSE_ARCHIVE"}
    service("POST", "/sandbox/grants", grant | {"granted": False})
    assert service("GET", f"{ISSUE}/{key}").status_code == 404


def test_cloud_names_what_it_could_not_archive(cloud: Handle) -> None:
    service, admin = Caller(cloud), Caller(cloud, "admin")
    key = service.story()["key"]
    assert service("PUT", f"{ISSUE}/archive", {"issueIdsOrKeys": [key]}).status_code == 403
    answer = admin("PUT", f"{ISSUE}/archive", {"issueIdsOrKeys": [key, "NONE-1"]}).json()
    assert answer["numberOfIssuesUpdated"] == 1
    assert answer["errors"]["issuesNotFound"]["issueIdsOrKeys"] == ["NONE-1"]
    only = admin("PUT", f"{ISSUE}/archive", {"issueIdsOrKeys": ["NONE-1"]})
    assert only.status_code == 400


def test_data_center_archives_a_list(datacenter: Handle) -> None:
    service, admin = Caller(datacenter), Caller(datacenter, "admin")
    key = service.story()["key"]
    answer = admin("POST", f"{ISSUE}/archive", [key, "NONE-1"])
    assert answer.status_code == 202
    assert answer.text.splitlines()[1:] == [f"{key},Archived", "NONE-1,Issue not found."]


def test_the_state_file_keeps_it(service: Caller, admin: Caller, jira: Handle) -> None:
    key = service.story()["key"]
    archive(admin, key)
    (row,) = (one for one in dumped(jira.site)["issues"] if one["archived"])
    assert (row["number"], row["archived_by"]) == (int(key.partition("-")[2]), "admin")
