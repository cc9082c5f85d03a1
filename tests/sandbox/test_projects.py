"""Projects and boards come, are renamed, archived and go, and webhooks tell of it."""

from __future__ import annotations

from jira_sandbox.server import Handle
from jira_sandbox.webhooks.register import EVENTS, Hook
from tests.sandbox.callers import Caller
from tests.sandbox.receiving import receiving

PROJECT = "/rest/api/2/project"
NEW = {"key": "NEW", "name": "New team", "projectTypeKey": "software"}


def archive(admin: Caller, verb: str) -> int:
    method = "POST" if admin.handle.site.cloud else "PUT"
    status: int = admin(method, f"{PROJECT}/FALCON/{verb}").status_code
    return status


def test_only_administrators_found_projects(service: Caller, admin: Caller, jira: Handle) -> None:
    assert service("POST", PROJECT, NEW).status_code == 403
    made = admin("POST", PROJECT, NEW)
    assert (made.status_code, made.json()["key"]) == (201, "NEW")
    assert service.get(f"{PROJECT}/NEW")["name"] == "New team"
    for wrong in ({"key": "NEW"}, {"key": "new"}, {"key": "OK2", "name": ""}):
        assert admin("POST", PROJECT, NEW | wrong).status_code == 400


def test_a_renamed_project_answers_to_its_old_keys(
    service: Caller, admin: Caller, jira: Handle
) -> None:
    admin("PUT", f"{PROJECT}/FALCON", {"key": "EAGLE", "name": "Team Eagle"})
    assert service.get(f"{PROJECT}/FALCON")["key"] == "EAGLE"
    assert service.get("/rest/api/2/issue/FALCON-1")["key"] == "EAGLE-1"
    assert service.keys("project = EAGLE AND key = FALCON-2") == ["EAGLE-2"]


def test_an_archived_project_is_read_only(service: Caller, admin: Caller, jira: Handle) -> None:
    assert archive(admin, "archive") in (200, 204)
    assert service.keys("created >= -1d AND key = FALCON-1") == []
    edit = {"fields": {"summary": "x"}}
    refused = service("PUT", "/rest/api/2/issue/FALCON-1", edit)
    assert (refused.status_code, "archived" in refused.text) == (403, True)
    new = {"project": {"key": "FALCON"}, "issuetype": {"name": "Story"}, "summary": "x"}
    made = service("POST", "/rest/api/2/issue", {"fields": new})
    assert (made.status_code, "archived" in made.json()["errors"]["project"]) == (400, True)
    assert service.fields("FALCON-1")["summary"] != "x"
    archive(admin, "restore")
    assert service("PUT", "/rest/api/2/issue/FALCON-1", edit).status_code == 204


def test_lists_hold_archived_projects_only_when_asked(
    service: Caller, admin: Caller, jira: Handle
) -> None:
    archive(admin, "archive")
    if jira.site.cloud:
        found = service.get(f"{PROJECT}/search")["values"]
        asked = service.get(f"{PROJECT}/search", status="archived")["values"]
    else:
        found = service.get(PROJECT)
        asked = service.get(PROJECT, includeArchived="true")
    assert "FALCON" not in [one["key"] for one in found]
    assert "FALCON" in [one["key"] for one in asked]
    assert service.get(f"{PROJECT}/FALCON")["archived"] is True


def test_a_deleted_project_takes_issues_and_boards_with_it(
    service: Caller, admin: Caller, jira: Handle
) -> None:
    assert admin("DELETE", f"{PROJECT}/FALCON").status_code == 204
    assert service("GET", f"{PROJECT}/FALCON").status_code == 404
    assert service("GET", "/rest/api/2/issue/FALCON-1").status_code == 404
    assert service("GET", "/rest/agile/1.0/board/2").status_code == 404
    for issue in jira.site.issues.values():
        assert all(link.id in jira.site.links for link in issue.links)


def test_webhooks_tell_of_projects_and_boards(admin: Caller, jira: Handle) -> None:
    with receiving() as receiver:
        jira.site.parts["webhooks"].add(Hook(1, "h", receiver.url, EVENTS))
        admin("POST", PROJECT, NEW)
        created = receiver.named("project_created").json["project"]
        assert (created["key"], created["id"]) == ("NEW", jira.site.project("NEW").id)
        body = {"name": "B", "type": "scrum", "location": {"projectKeyOrId": "NEW"}}
        board = admin("POST", "/rest/agile/1.0/board", body).json()
        told = receiver.named("board_created").json["board"]
        assert (told["id"], told["name"], "location" in told) == (board["id"], "B", False)
        admin("DELETE", f"/rest/agile/1.0/board/{board['id']}")
        assert receiver.named("board_deleted").json["board"]["id"] == board["id"]
        admin("DELETE", f"{PROJECT}/NEW")
        assert receiver.named("project_deleted").json["project"]["key"] == "NEW"
