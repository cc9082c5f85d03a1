"""Jira's admins rename issue types, statuses and priorities: what has them is called so at once."""

from __future__ import annotations

import pytest

from jira_sandbox.server import Handle
from tests.sandbox.callers import Caller

NAMES = "/sandbox/names"
ISSUE = "/rest/api/2/issue/FALCON-1"


@pytest.mark.parametrize(
    ("kind", "field", "listed"),
    [
        ("type", "issuetype", "/rest/api/2/issuetype"),
        ("status", "status", "/rest/api/2/status"),
        ("priority", "priority", "/rest/api/2/priority"),
    ],
)
def test_what_has_it_bears_the_new_name(jira: Handle, kind: str, field: str, listed: str) -> None:
    admin = Caller(jira, "admin")
    before = admin.get(ISSUE)["fields"][field]
    made = admin("POST", NAMES, {"kind": kind, "id": before["id"], "name": "<b>\u202e\n"})
    assert made.ok, made.text
    after = admin.get(ISSUE)["fields"][field]
    assert (after["id"], after["name"]) == (before["id"], "<b>\u202e\n")
    assert "<b>\u202e\n" in [one["name"] for one in admin.get(listed)]


def test_what_there_is_not_is_refused(jira: Handle) -> None:
    admin = Caller(jira, "admin")
    for body in ({"kind": "status", "id": "999", "name": "x"}, {"kind": "board", "id": "1"}):
        assert admin("POST", NAMES, body).status_code == 400
