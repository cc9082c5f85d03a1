"""Link types are the admins' to add, rename and remove; their links follow."""

from __future__ import annotations

from jira_sandbox.server import Handle
from tests.sandbox.callers import Caller

TYPES = "/rest/api/2/issueLinkType"
WORDS = {"name": "Risks", "inward": "is endangered by", "outward": "endangers"}


def names(caller: Caller) -> list[str]:
    return [one["name"] for one in caller.get(TYPES)["issueLinkTypes"]]


def linked_by(caller: Caller) -> set[str]:
    links = caller.get("/rest/api/2/issue/FALCON-1")["fields"]["issuelinks"]
    return {one["type"]["name"] for one in links}


def test_an_admin_adds_renames_and_removes_one(jira: Handle):
    admin = Caller(jira, "admin")
    made = admin("POST", TYPES, WORDS)
    assert (made.status_code, made.json()["outward"]) == (201, "endangers")
    ends = {"inwardIssue": {"key": "FALCON-1"}, "outwardIssue": {"key": "FALCON-2"}}
    assert admin("POST", "/rest/api/2/issueLink", {"type": {"name": "Risks"}, **ends}).ok
    address = f"{TYPES}/{made.json()['id']}"
    assert admin("PUT", address, {"name": "Threats"}).json()["inward"] == "is endangered by"
    assert admin.get(address)["name"] == "Threats"
    assert "Threats" in linked_by(admin)
    refused = admin("POST", "/rest/api/2/issueLink", {"type": {"name": "Risks"}, **ends})
    assert refused.status_code == 404
    assert admin("DELETE", address).status_code == 204
    assert "Threats" not in names(admin)
    assert "Threats" not in linked_by(admin)


def test_others_may_not(jira: Handle):
    caller = Caller(jira)
    status = 404 if jira.site.cloud else 403
    assert caller("POST", TYPES, WORDS).status_code == status
    assert caller("DELETE", f"{TYPES}/10000").status_code == status
    assert "Blocks" in names(caller)


def test_a_name_is_needed_and_used_once(jira: Handle):
    admin = Caller(jira, "admin")
    assert admin("POST", TYPES, {"inward": "x"}).status_code == 400
    assert admin("POST", TYPES, {"name": "Blocks"}).status_code == 404
    assert admin("PUT", f"{TYPES}/99", {"name": "x"}).status_code == 404
