"""A state file brings everything back: issues, grants, links, tokens, webhooks."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from jira_sandbox.model.links_and_moves import move
from jira_sandbox.server import Handle
from jira_sandbox.state.dump import dumped
from jira_sandbox.state.state_file import StateFile, restored, save
from tests.sandbox.callers import Caller
from tests.sandbox.dancing import danced


@pytest.fixture
def busy(jira: Handle, key_pair: tuple[str, str]) -> Handle:
    """A site in which something of every kind has happened."""
    service, site = Caller(jira), jira.site
    danced(jira, key_pair)
    made = service.story(labels=["x"], duedate="2027-01-01")["key"]
    sub = {"name": "Sub-task"}
    service.story(issuetype=sub, parent={"key": made})
    path = f"/rest/api/2/issue/{made}"
    service("PUT", path, {"fields": {"summary": "two"}})
    service("PUT", path + "/properties/p", {"a": [1]})
    service("POST", path + "/comment", {"body": "hello"})
    service("POST", path + "/transitions", {"transition": {"id": "41"}})
    field = {"name": "Squad", "kind": "select", "choices": ["Red", "Blue"]}
    squad = service("POST", "/sandbox/fields", field).json()["id"]
    service("PUT", path, {"fields": {squad: {"value": "Blue"}}})
    Caller(jira, "admin")("PUT", "/rest/api/2/issueLinkType/10002", {"name": "Doubles"})
    status = {"kind": "status", "id": "10002", "name": "Delivered"}
    assert service("POST", "/sandbox/names", status).ok
    hook = {"name": "h", "url": "http://127.0.0.1:9/", "events": ["jira:issue_created"]}
    old, new = "/rest/webhooks/1.0/webhook", "/rest/jira-webhook/1.0/webhooks"
    Caller(jira, "admin")("POST", old if site.cloud else new, hook)
    site.grant(site.project("OTTER"), site.users["tom"], "DELETE_ISSUES")
    move(site, site.users["admin"], site.issue("LYNX-1"), site.project("HERON"))
    return jira


def test_a_round_trip_loses_nothing(busy: Handle, tmp_path: Path) -> None:
    site, file = busy.site, tmp_path / "state.json"
    save(site, file)
    again = restored(file, site.flavour, site.version, site.context)
    assert dumped(again) == dumped(site)
    assert again.issue("LYNX-1").key == "HERON-13"
    assert again.statuses["10002"].name == "Delivered"
    assert [child.key for child in again.issue("FALCON-13").subtasks] == ["FALCON-14"]
    assert again.next_id("issue") == site.next_id("issue")
    token = next(iter(again.parts["oauth"].register.tokens.values()))
    assert token.user is again.users["svc-alm"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_of_the_other_flavour_is_refused(busy: Handle, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    save(busy.site, file)
    other = "datacenter" if busy.site.cloud else "cloud"
    with pytest.raises(ValueError, match="remove it"):
        restored(file, other, 10, "")


def test_the_keeper_saves_at_the_end_what_changed(jira: Handle, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    keeper = StateFile(jira.site, file, pause=60)
    key = Caller(jira).story(summary="kept")["key"]
    keeper.close()
    issues = json.loads(file.read_text())["issues"]
    kept = next(one for one in issues if one["values"]["summary"] == "kept")
    assert f"{jira.site.project('FALCON').key}-{kept['number']}" == key
    assert not list(tmp_path.glob("*.new"))
