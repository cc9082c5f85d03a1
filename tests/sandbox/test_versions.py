"""Versions, components and dates: made by those who may, told by changelogs and webhooks."""

from __future__ import annotations

from typing import Any

from jira_sandbox.server import Handle
from jira_sandbox.webhooks.register import EVENTS, Hook
from tests.sandbox.callers import Caller
from tests.sandbox.receiving import receiving

ISSUE = "/rest/api/2/issue/FALCON-1"
VERSION, COMPONENT = "/rest/api/2/version", "/rest/api/2/component"


def items(jira: Handle) -> list[dict[str, Any]]:
    found = Caller(jira).get(ISSUE, expand="changelog")["changelog"]["histories"]
    return [item for row in sorted(found, key=lambda one: int(one["id"])) for item in row["items"]]


def put(jira: Handle, **fields: Any) -> Any:
    return Caller(jira)("PUT", ISSUE, {"fields": fields})


def test_a_version_needs_the_right_to_administer_the_project(
    service: Caller, admin: Caller, jira: Handle
) -> None:
    body = {"project": "FALCON", "name": "R1", "releaseDate": "2027-02-01"}
    tom = Caller(jira, "tom")
    assert tom("POST", VERSION, body).status_code == (404 if jira.site.cloud else 403)
    made = admin("POST", VERSION, body)
    assert (made.status_code, made.json()["releaseDate"]) == (201, "2027-02-01")
    assert made.json()["projectId"] == jira.site.project("FALCON").id
    again = admin("POST", VERSION, {**body, "name": "r1"})
    assert "already exists" in again.json()["errors"]["name"]
    for wrong in ({"name": ""}, {"name": "x" * 256}, {"name": "R2", "startDate": "soon"}):
        assert admin("POST", VERSION, {**body, **wrong}).status_code == 400
    listed = service.get("/rest/api/2/project/FALCON/versions")
    assert [one["name"] for one in listed] == ["R1"]


def test_a_changelog_tells_each_version_that_comes_or_goes(admin: Caller, jira: Handle) -> None:
    for name in ("R1", "R2"):
        admin("POST", VERSION, {"project": "FALCON", "name": name})
    assert put(jira, fixVersions=[{"name": "R2"}, {"name": "R1"}]).status_code == 204
    assert put(jira, fixVersions=[{"name": "R1"}], components=[{"name": "Web"}]).status_code == 204
    told = [(one["field"], one["fromString"], one["toString"]) for one in items(jira)]
    assert told == [
        ("Fix Version", None, "R2"),
        ("Fix Version", None, "R1"),
        ("Fix Version", "R2", None),
        ("Component", None, "Web"),
    ]
    assert [one["name"] for one in Caller(jira).get(ISSUE)["fields"]["fixVersions"]] == ["R1"]
    wrong = put(jira, fixVersions=[{"name": "R9"}])
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["fixVersions"])


def test_a_renamed_version_is_called_so_on_its_issues(admin: Caller, jira: Handle) -> None:
    made = admin("POST", VERSION, {"project": "FALCON", "name": "R1"}).json()
    put(jira, fixVersions=[{"id": made["id"]}])
    before = Caller(jira).get(ISSUE)["fields"]
    admin("PUT", f"{VERSION}/{made['id']}", {"name": "R1a", "released": True})
    after = Caller(jira).get(ISSUE)["fields"]
    assert [one["name"] for one in after["fixVersions"]] == ["R1a"]
    assert after["updated"] == before["updated"]  # which touches no issue


def test_dates_are_told_by_the_day(jira: Handle) -> None:
    added = Caller(jira)("POST", "/sandbox/fields", {"name": "Target", "kind": "target-start"})
    field = added.json()["id"]
    assert put(jira, duedate="2027-01-31", **{field: "2027-01-02"}).status_code == 204
    told = {one["field"]: (one["to"], one["toString"]) for one in items(jira)}
    assert told["duedate"] == ("2027-01-31", "2027-01-31 00:00:00.0")
    assert told["Target"] == ("2027-01-02", "02/Jan/27")
    assert field in put(jira, **{field: "31.1."}).json()["errors"]


def test_webhooks_tell_of_versions(admin: Caller, jira: Handle) -> None:
    with receiving() as receiver:
        jira.site.parts["webhooks"].add(Hook(1, "h", receiver.url, EVENTS))
        made = admin("POST", VERSION, {"project": "FALCON", "name": "R1"}).json()
        admin("PUT", f"{VERSION}/{made['id']}", {"released": True})
        admin("DELETE", f"{VERSION}/{made['id']}")
        found = {one["webhookEvent"]: one for one in (receiver.next().json for _ in range(4))}
    told = ("created", "released", "updated", "deleted")  # in no order: by several threads
    assert found.keys() == {f"jira:version_{what}" for what in told}
    version = found["jira:version_created"]["version"]
    assert version["projectId"] == jira.site.project("FALCON").id


def test_components_are_made_and_renamed(service: Caller, admin: Caller, jira: Handle) -> None:
    body = {"project": "FALCON", "name": "Billing"}
    tom = Caller(jira, "tom")
    assert tom("POST", COMPONENT, body).status_code == (404 if jira.site.cloud else 403)
    made = admin("POST", COMPONENT, body).json()
    assert admin("POST", COMPONENT, body).status_code == 400
    assert admin("PUT", f"{COMPONENT}/{made['id']}", {"name": "Bills"}).json()["name"] == "Bills"
    names = [one["name"] for one in service.get("/rest/api/2/project/FALCON/components")]
    assert names == ["Web", "Bills"]


def test_several_choices_and_persons_are_kept(jira: Handle) -> None:
    call = Caller(jira)
    made = call("POST", "/sandbox/fields", {"name": "Sites", "kind": "multiselect",
                "choices": ["Bonn", "Graz", "Lyon"]}).json()  # fmt: skip
    person = call("POST", "/sandbox/fields", {"name": "Owner", "kind": "person"}).json()["id"]
    tom = jira.site.users["tom"]
    who = {"accountId": tom.account_id} if jira.site.cloud else {"name": tom.name}
    chosen = [{"value": "Lyon"}, {"value": "Bonn"}]
    assert put(jira, **{made["id"]: chosen, person: who}).status_code == 204
    fields = call.get(ISSUE)["fields"]
    assert [one["value"] for one in fields[made["id"]]] == ["Bonn", "Lyon"]
    assert fields[person]["displayName"] == tom.display_name
    assert put(jira, **{made["id"]: None, person: None}).status_code == 204
    fields = call.get(ISSUE)["fields"]
    assert (fields[made["id"]], fields[person]) == (None, None)
