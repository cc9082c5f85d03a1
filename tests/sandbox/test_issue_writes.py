"""Creating, editing, moving on, deleting: values, refusals, changelog."""

from __future__ import annotations

from typing import Any

import pytest

from jira_sandbox.server import Handle
from tests.sandbox.callers import Caller

ISSUE = "/rest/api/2/issue"
HOME = {"project": {"key": "FALCON"}, "issuetype": {"name": "Story"}}


def points(handle: Handle) -> str:
    return handle.site.field_of("points").id


def test_bulk_create_tells_which_failed(service: Caller, jira: Handle) -> None:
    good: dict[str, Any] = {"fields": HOME | {"summary": "good"}}
    answer = service("POST", ISSUE + "/bulk", {"issueUpdates": [good, {"fields": HOME}, good]})
    assert answer.status_code == 201
    body = answer.json()
    assert len(body["issues"]) == 2
    (error,) = body["errors"]
    assert (error["status"], error["failedElementNumber"]) == (400, 1)
    assert "summary" in error["elementErrors"]["errors"]
    nothing = service("POST", ISSUE + "/bulk", {"issueUpdates": [{"fields": HOME}]})
    assert nothing.status_code == 400


@pytest.mark.parametrize(("fields", "wrong"), [
    ({"summary": ""}, "summary"), ({"summary": "x" * 256}, "summary"),
    ({"labels": ["two words"]}, "labels"), ({"labels": "one"}, "labels"),
    ({"priority": {"name": "Urgent"}}, "priority"), ({"duedate": "soon"}, "duedate"),
    ({"customfield_99999": 1}, "customfield_99999"), ({"status": {"name": "Done"}}, "status"),
    ({"resolution": {"name": "Done"}}, "resolution"), ({"issuetype": {"name": "No"}}, "issuetype"),
])  # fmt: skip
def test_a_bad_value_is_named(
    service: Caller, jira: Handle, fields: dict[str, Any], wrong: str
) -> None:
    answer = service("POST", ISSUE, {"fields": HOME | {"summary": "s"} | fields})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [wrong]


def test_a_field_off_the_screen_is_named(service: Caller, jira: Handle) -> None:
    project = jira.site.project("FALCON")
    assert project is not None
    project.hidden_fields.add(points(jira))
    answer = service("PUT", f"{ISSUE}/FALCON-1", {"fields": {points(jira): 3, "summary": "x"}})
    assert "not on the appropriate screen" in answer.json()["errors"][points(jira)]
    assert service.fields("FALCON-1")["summary"] != "x"
    assert points(jira) not in service.get(f"{ISSUE}/FALCON-1/editmeta")["fields"]


def test_update_operations(service: Caller, jira: Handle) -> None:
    key = service.story(labels=["a", "b"])["key"]
    body = {"update": {"labels": [{"add": "c"}, {"remove": "a"}]}, "fields": {points(jira): 5}}
    assert service("PUT", f"{ISSUE}/{key}", body).status_code == 204
    fields = service.fields(key)
    assert (fields["labels"], fields[points(jira)]) == (["b", "c"], 5.0)
    both = {"update": {"labels": [{"add": "x"}]}, "fields": {"labels": []}}
    assert "labels" in service("PUT", f"{ISSUE}/{key}", both).json()["errors"]


def test_every_edit_leaves_a_changelog_and_moves_updated(service: Caller, jira: Handle) -> None:
    key = service.story()["key"]
    before = jira.site.issue(key).updated
    service("PUT", f"{ISSUE}/{key}", {"fields": {"summary": "A story"}})
    assert jira.site.issue(key).updated == before
    service("PUT", f"{ISSUE}/{key}", {"fields": {"summary": "two", points(jira): 8}})
    issue = service.get(f"{ISSUE}/{key}", expand="changelog")
    (entry,) = issue["changelog"]["histories"]
    shown = {item["field"]: (item["fromString"], item["toString"]) for item in entry["items"]}
    assert shown["summary"] == ("A story", "two")
    assert jira.site.issue(key).updated > before
    assert issue["fields"]["updated"][-5:] in ("+0100", "+0200")


def test_transitions_list_what_is_possible_now(service: Caller, jira: Handle) -> None:
    key = service.story()["key"]
    path = f"{ISSUE}/{key}/transitions"
    listed = service.get(path, expand="transitions.fields")["transitions"]
    assert "To Do" not in {one["to"]["name"] for one in listed}
    reject = next(one for one in listed if one["name"] == "Reject")
    assert reject["fields"]["resolution"]["required"] is True
    body = {"transition": {"id": reject["id"]}}
    assert "resolution" in service("POST", path, body).json()["errors"]
    body |= {"fields": {"resolution": {"name": "Won't Do"}}}
    assert service("POST", path, body).status_code == 204
    fields = service.fields(key)
    assert (fields["status"]["name"], fields["resolution"]["name"]) == ("Rejected", "Won't Do")
    assert service("POST", path, {"transition": {"id": "11"}}).status_code == 204
    assert service.fields(key)["resolution"] is None
    assert service("POST", path, {"transition": {"id": "11"}}).status_code == 400


def test_subtasks_guard_their_parent(service: Caller, jira: Handle) -> None:
    key = service.story()["key"]
    sub = service.story(issuetype={"name": "Sub-task"}, parent={"key": key})["key"]
    assert service("DELETE", f"{ISSUE}/{key}").status_code == 400
    assert service("DELETE", f"{ISSUE}/{key}", deleteSubtasks="true").status_code == 204
    assert service("GET", f"{ISSUE}/{sub}").status_code == 404


def test_properties(service: Caller, jira: Handle) -> None:
    path = f"{ISSUE}/FALCON-1/properties/board"
    assert service("GET", path).status_code == 404
    assert service("PUT", path, {"rev": 1}).status_code == 201
    assert service("PUT", path, {"rev": 2}).status_code == 200
    found = service.get(f"{ISSUE}/FALCON-1", fields="id", properties="board")
    assert found["properties"] == {"board": {"rev": 2}}
    assert service("PUT", path, "x" * 32768).status_code == 400
    assert service("DELETE", path).status_code == 204


def test_a_moved_issue_keeps_its_id_and_old_key(service: Caller, jira: Handle) -> None:
    from jira_sandbox.model.links_and_moves import move

    made = service.story()
    site = jira.site
    with site.lock:
        move(site, site.users["admin"], site.issue(made["key"]), site.project("OTTER"))
    found = service.get(f"{ISSUE}/{made['key']}")
    assert (found["id"], found["key"]) == (made["id"], "OTTER-13")
    assert service.keys(f"id = {made['id']} AND project = OTTER") == ["OTTER-13"]


def test_links(service: Caller, jira: Handle) -> None:
    one, two = service.story()["key"], service.story("OTTER")["key"]
    body = {"type": {"name": "Blocks"}, "inwardIssue": {"key": one}, "outwardIssue": {"key": two}}
    for _ in range(2):
        answer = service("POST", "/rest/api/2/issueLink", body)
        assert (answer.status_code, answer.content) == (201, b"")
    (link,) = service.fields(one)["issuelinks"]
    (back,) = service.fields(two)["issuelinks"]
    assert (link["outwardIssue"]["key"], back["inwardIssue"]["key"]) == (two, one)
    assert service("DELETE", f"/rest/api/2/issueLink/{link['id']}").status_code == 204
    assert service.fields(two)["issuelinks"] == []


def test_remote_links_are_upserted(service: Caller, jira: Handle) -> None:
    body = {"globalId": "board=1", "object": {"url": "https://example.com/1", "title": "one"}}
    path = f"{ISSUE}/FALCON-1/remotelink"
    assert [service("POST", path, body).status_code for _ in range(2)] == [201, 200]
    assert len(service.get(path)) == 1
