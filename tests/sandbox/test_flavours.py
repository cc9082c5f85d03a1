"""Where Cloud and Data Center differ, each difference seen."""

from __future__ import annotations

import pytest

from jira_sandbox.server import Handle, running
from tests.sandbox.callers import Caller


def field_id(caller: Caller, custom: str) -> str:
    """The id of the field with a `schema.custom` that ends so, as a client would find it."""
    found = [one["id"] for one in caller.get("/rest/api/2/field")
             if one["schema"].get("custom", "").endswith(custom)]  # fmt: skip
    assert len(found) == 1
    return str(found[0])


def test_what_kind_of_jira(cloud: Handle, datacenter: Handle) -> None:
    here, there = (Caller(one).get("/rest/api/2/serverInfo") for one in (cloud, datacenter))
    assert (here["deploymentType"], here["version"]) == ("Cloud", "1001.0.0-SNAPSHOT")
    assert (there["deploymentType"], there["versionNumbers"][0]) == ("Server", 10)
    assert there["baseUrl"] == datacenter.url
    with running("datacenter", version=9) as nine:
        assert Caller(nine).get("/rest/api/2/serverInfo")["versionNumbers"][0] == 9


def test_people_are_named_differently(cloud: Handle, datacenter: Handle) -> None:
    here, there = (Caller(one).get("/rest/api/2/myself") for one in (cloud, datacenter))
    assert here["accountId"]
    assert "name" not in here
    assert there["name"] == "svc-alm"
    assert "accountId" not in there


def test_search_pages_by_token_or_by_offset(cloud: Handle, datacenter: Handle) -> None:
    service = Caller(cloud)
    gone = service("GET", "/rest/api/2/search", jql="project = ART")
    assert (gone.status_code, "CHANGE-2046" in gone.text) == (410, True)
    path, jql = "/rest/api/3/search/jql", "project = FALCON ORDER BY key"
    first = service.get(path, jql=jql, maxResults=7)
    assert set(first["issues"][0]) == {"id"}
    assert (first["isLast"], "total" in first) == (False, False)
    second = service.get(path, jql=jql, maxResults=7, nextPageToken=first["nextPageToken"])
    assert (len(second["issues"]), second["isLast"]) == (5, True)
    other = Caller(datacenter).get("/rest/api/2/search", jql=jql, startAt=7, maxResults=7)
    assert (other["startAt"], other["total"], len(other["issues"])) == (7, 12, 5)
    far = Caller(datacenter)("GET", "/rest/api/2/search", jql=jql, startAt=9990, maxResults=50)
    assert (far.status_code, "10,000" in far.text) == (500, True)


def test_create_meta_names_its_arrays_differently(cloud: Handle, datacenter: Handle) -> None:
    path = "/rest/api/2/issue/createmeta/FALCON/issuetypes"
    assert "issueTypes" in Caller(cloud).get(path)
    there = Caller(datacenter).get(path)
    assert (there["isLast"], bool(there["values"])) == (True, True)
    assert "fields" in Caller(cloud).get(path + "/10001")
    names = {one["fieldId"] for one in Caller(datacenter).get(path + "/10001")["values"]}
    assert "summary" in names
    assert Caller(cloud)("GET", path, maxResults=201).status_code == 400


def test_sprints_are_objects_or_java_strings(cloud: Handle, datacenter: Handle) -> None:
    for handle in (cloud, datacenter):
        service = Caller(handle)
        made = service("POST", "/rest/agile/1.0/sprint", {
            "name": "S, [1]", "originBoardId": 2, "goal": "a, b]"}).json()  # fmt: skip
        service("POST", f"/rest/agile/1.0/sprint/{made['id']}/issue", {"issues": ["FALCON-2"]})
        (value,) = service.fields("FALCON-2")[field_id(service, "gh-sprint")]
        if handle.site.cloud:
            assert (value["name"], value["boardId"], value["goal"]) == ("S, [1]", 2, "a, b]")
        else:
            assert value.startswith("com.atlassian.greenhopper.service.sprint.Sprint@")
            assert f"[id={made['id']},rapidViewId=2,state=FUTURE,name=S, [1],startDate" in value


def test_parent_or_epic_link(cloud: Handle, datacenter: Handle) -> None:
    service = Caller(cloud)
    key = service.story(parent={"key": "ART-1"})["key"]
    assert service.fields(key)["parent"]["key"] == "ART-1"
    clear = {"update": {"parent": [{"set": {"none": True}}]}}
    assert service("PUT", f"/rest/api/2/issue/{key}", clear).status_code == 204
    assert "parent" not in service.fields(key)
    service = Caller(datacenter)
    epic_link = field_id(service, "gh-epic-link")
    key = service.story(**{epic_link: "ART-2"})["key"]
    fields = service.fields(key)
    assert (fields[epic_link], "parent" in fields) == ("ART-2", False)
    refused = service("PUT", f"/rest/api/2/issue/{key}", {"fields": {"parent": {"key": "ART-1"}}})
    assert "parent" in refused.json()["errors"]
    wrong = service("PUT", f"/rest/api/2/issue/{key}", {"fields": {epic_link: "OTTER-1"}})
    assert epic_link in wrong.json()["errors"]


def test_rich_documents_are_version_3_and_cloud_only(cloud: Handle, datacenter: Handle) -> None:
    service = Caller(cloud)
    bold = {"type": "text", "text": "hi", "marks": [{"type": "strong"}]}
    panel = {"type": "paragraph", "content": [bold]}
    document = {"type": "doc", "version": 1, "content": [panel]}
    edit = {"fields": {"description": document}}
    assert service("PUT", "/rest/api/3/issue/FALCON-1", edit).status_code == 204
    assert service.fields("FALCON-1")["description"] == "*hi*"
    fields = service.get("/rest/api/3/issue/FALCON-1")["fields"]
    assert fields["description"] == document
    text = {"fields": {"description": "plain"}}
    assert service("PUT", "/rest/api/3/issue/FALCON-1", text).status_code == 400
    service("PUT", "/rest/api/2/issue/FALCON-1", text)
    fields = service.get("/rest/api/3/issue/FALCON-1")["fields"]
    assert fields["description"]["content"][0]["content"][0]["text"] == "plain"
    assert Caller(datacenter)("GET", "/rest/api/3/myself").status_code == 404


@pytest.mark.parametrize(("path", "method"), [
    ("/rest/api/2/project/search", "GET"), ("/rest/api/2/permissions/check", "POST"),
    ("/rest/api/2/issue/bulkfetch", "POST"), ("/rest/api/2/search/approximate-count", "POST"),
])  # fmt: skip
def test_datacenter_lacks(datacenter: Handle, path: str, method: str) -> None:
    answer = Caller(datacenter)(method, path, {} if method == "POST" else None)
    assert answer.status_code in (404, 405)
