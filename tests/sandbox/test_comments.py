"""Comments: whose may be changed, who sees them, their properties, how many come with an issue."""

from __future__ import annotations

from jira_sandbox.rest.issue_renderer import INLINE
from jira_sandbox.server import Handle
from tests.sandbox.callers import Caller

ISSUE = "/rest/api/2/issue/FALCON-1"
MARK = {"key": "alm", "value": {"comment": "1"}}


def test_ones_own_are_changed_and_those_of_others_are_not(service: Caller, jira: Handle) -> None:
    others = Caller(jira, "rita")("POST", ISSUE + "/comment", {"body": "hers"}).json()
    path = f"{ISSUE}/comment/{others['id']}"
    assert service("PUT", path, {"body": "mine"}).status_code == 400
    assert service("DELETE", path).status_code == 400
    mine = service("POST", ISSUE + "/comment", {"body": "mine"}).json()
    site = jira.site
    for permission in ("EDIT_OWN_COMMENTS", "DELETE_OWN_COMMENTS"):
        site.grant(site.project("FALCON"), site.users["svc-alm"], permission, False)
    path = f"{ISSUE}/comment/{mine['id']}"
    assert service("PUT", path, {"body": "two"}).status_code == 400
    assert service("DELETE", path).status_code == 400


def test_it_says_who_changed_it_last(service: Caller, jira: Handle) -> None:
    site = jira.site
    mine = service("POST", ISSUE + "/comment", {"body": "mine"}).json()
    site.grant(site.project("FALCON"), site.users["rita"], "EDIT_ALL_COMMENTS")
    Caller(jira, "rita")("PUT", f"{ISSUE}/comment/{mine['id']}", {"body": "hers"})
    shown = service.get(f"{ISSUE}/comment/{mine['id']}")
    assert shown["author"]["displayName"] != shown["updateAuthor"]["displayName"] == "Rita Train"


def test_properties_come_where_asked_for(service: Caller, jira: Handle) -> None:
    made = service("POST", ISSUE + "/comment", {"body": "x", "properties": [MARK]}).json()
    path = f"/rest/api/2/comment/{made['id']}/properties"
    assert service.get(path)["keys"][0]["key"] == "alm"
    assert service.get(f"{path}/alm")["value"] == MARK["value"]
    (plain,) = service.get(ISSUE + "/comment")["comments"]
    (told,) = service.get(ISSUE + "/comment", expand="properties")["comments"]
    assert "properties" not in plain
    assert told["properties"] == [MARK]
    jira.site.plain_comments = True
    other = service("POST", ISSUE + "/comment", {"body": "y", "properties": [MARK]}).json()
    assert service.get(f"/rest/api/2/comment/{other['id']}/properties") == {"keys": []}


def test_one_for_a_role_is_not_shown_to_others(admin: Caller, service: Caller) -> None:
    body = {"body": "x", "visibility": {"type": "role", "value": "Administrators"}}
    made = admin("POST", ISSUE + "/comment", body)
    assert made.status_code == 201
    assert service.get(ISSUE + "/comment")["total"] == 0
    assert service.fields("FALCON-1", "comment")["comment"]["total"] == 0
    assert service("GET", f"{ISSUE}/comment/{made.json()['id']}").status_code == 404
    assert admin.get(ISSUE + "/comment")["comments"][0]["visibility"] == body["visibility"]


def test_too_long_a_text_is_refused(service: Caller) -> None:
    assert service("POST", ISSUE + "/comment", {"body": "x" * 32_768}).status_code == 400


def test_cloud_shows_the_first_ones_with_an_issue(service: Caller, jira: Handle) -> None:
    for number in range(INLINE + 2):
        service("POST", ISSUE + "/comment", {"body": str(number)})
    shown = service.fields("FALCON-1", "comment")["comment"]
    assert shown["total"] == INLINE + 2
    assert len(shown["comments"]) == (INLINE if jira.site.cloud else INLINE + 2)
