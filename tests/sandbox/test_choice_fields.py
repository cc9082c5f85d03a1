"""Fields that a test adds: a choice list, and the Team field of either Jira."""

from __future__ import annotations

from typing import Any

import pytest

from jira_sandbox.server import Handle
from tests.sandbox.callers import Caller

ISSUE = "/rest/api/2/issue/FALCON-1"


def added(jira: Handle, kind: str, **more: Any) -> dict[str, Any]:
    body = {"name": "Squad", "kind": kind, "choices": ["Red", "Blue"], **more}
    found: dict[str, Any] = Caller(jira)("POST", "/sandbox/fields", body).json()
    return found


def put(jira: Handle, field: str, value: Any) -> Any:
    return Caller(jira)("PUT", ISSUE, {"fields": {field: value}})


def value_of(jira: Handle, field: str) -> Any:
    return Caller(jira).get(ISSUE)["fields"][field]


def test_a_choice_is_given_by_value_or_id(jira: Handle):
    made = added(jira, "select")
    for given in ({"value": "Blue"}, {"id": made["choices"]["Blue"]}):
        assert put(jira, made["id"], given).status_code == 204
        assert value_of(jira, made["id"])["value"] == "Blue"
    assert put(jira, made["id"], None).status_code == 204
    assert value_of(jira, made["id"]) is None
    for wrong in ("Blue", {"value": "Green"}, {"name": "Blue"}):
        assert made["id"] in put(jira, made["id"], wrong).json()["errors"]


def test_a_team_is_given_by_its_bare_id(jira: Handle):
    made = added(jira, "team")
    blue = made["choices"]["Blue"]
    assert put(jira, made["id"], blue).status_code == 204
    assert (value_of(jira, made["id"])["id"], value_of(jira, made["id"])["title"]) == (blue, "Blue")
    for wrong in ("Blue", {"id": blue}):
        assert "is not valid" in put(jira, made["id"], wrong).json()["errors"][made["id"]]
    changes = Caller(jira).get(ISSUE, expand="changelog")["changelog"]["histories"]
    (item,) = [one for row in changes for one in row["items"] if one["field"] == "Squad"]
    assert (item["from"], item["to"], item["toString"]) == (None, blue, "Blue")


@pytest.mark.parametrize("kind", ["select", "team"])
def test_the_documents_of_fields_tell_of_it(jira: Handle, kind: str):
    made = added(jira, kind, projects=["FALCON"])
    rows = Caller(jira).get("/rest/api/2/field")
    (field,) = [one for one in rows if one["id"] == made["id"]]
    team = "team" if jira.site.cloud else "any"
    assert field["schema"]["type"] == (team if kind == "team" else "option")
    screens = {
        key: Caller(jira).get(f"/rest/api/2/issue/{key}-1/editmeta")["fields"]
        for key in ("FALCON", "OTTER")
    }
    assert made["id"] not in screens["OTTER"]
    allowed = screens["FALCON"][made["id"]].get("allowedValues")
    names = [one["value"] for one in allowed] if allowed else None
    assert names == (["Red", "Blue"] if kind == "select" else None)


def test_the_team_of_a_subtask_is_its_parents(jira: Handle):
    made = added(jira, "team")
    blue, caller = made["choices"]["Blue"], Caller(jira)
    put(jira, made["id"], blue)
    below = {"issuetype": {"name": "Sub-task"}, "parent": {"key": "FALCON-1"}}
    key = caller.story(**below)["key"]
    assert caller.get(f"/rest/api/2/issue/{key}")["fields"][made["id"]]["id"] == blue
    refused = caller("PUT", f"/rest/api/2/issue/{key}", {"fields": {made["id"]: blue}})
    assert made["id"] in refused.json()["errors"]
