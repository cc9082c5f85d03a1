"""The scopes that each of our calls needs are those of the vendor's documents, and no call lacks a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jira_client import scopes
from tests.jira_client.openapi import FILES, shape
from tests.jira_client.servers import CLOUD, scripted
from tests.jira_client.test_openapi_requests import CALLS, jira


def operations() -> set[str]:
    """Method and template of every call that this client makes of Cloud."""
    found = set()
    for act in CALLS.values():
        client, transport = scripted(CLOUD, jira)
        act(client)
        found |= {f"{one.method} {one.template}" for one in transport.sent}
    return found


def test_every_call_has_its_scopes_and_no_other() -> None:
    assert set(scopes.OPERATIONS) == operations()


def test_they_are_the_vendors(jira_data: Path) -> None:
    documents = [json.loads((jira_data / "openapi" / name).read_text("utf-8")) for name in FILES]
    told = {
        f"{method.upper()} {shape(path)}": operation
        for document in documents
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }
    for name, needs in scopes.OPERATIONS.items():
        if name in scopes.STATED_ELSEWHERE:
            continue
        operation = told[shape(name.replace("/rest/api/2/", "/rest/api/3/"))]
        if "/agile/" in name:
            (row,) = operation["security"]
            assert (needs.classic, set(needs.granular)) == (None, set(row["OAuth2"])), name
            continue
        rows = {row["state"]: row["scopes"] for row in operation["x-atlassian-oauth2-scopes"]}
        assert needs.classic is not None
        assert set(needs.classic) == set(rows["Current"]), name
        assert set(needs.granular) == set(rows["Beta"]), name


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("/rest/api/2/myself", scopes.PEOPLE),
        ("/rest/api/2/user/assignable/search", scopes.PEOPLE),
        ("/rest/api/2/issue/10/transitions", scopes.ISSUES),
        ("/rest/api/2/issue/createmeta/A/issuetypes", scopes.PROJECTS),
        ("/rest/api/2/search/jql", scopes.ISSUES),
        ("/rest/agile/1.0/board/7", scopes.BOARDS),
        ("/rest/agile/1.0/board/7/sprint", scopes.SPRINTS),
        ("/rest/agile/1.0/backlog/issue", scopes.SPRINTS),
        ("/rest/webhooks/1.0/webhook", scopes.WEBHOOK),
        ("/rest/api/2/field", scopes.PROJECTS),
    ],
)
def test_each_path_has_its_area(path: str, area: str) -> None:
    assert scopes.area_of(path) == area


def test_a_call_is_found_by_its_address_as_by_its_template() -> None:
    needs = scopes.of_call("GET", "/rest/agile/1.0/board/7/sprint")
    assert needs is not None
    assert needs.shortest == ("read:sprint:jira-software",)
    assert scopes.of_call("GET", "/rest/agile/1.0/board/{board}/sprint") == needs
    assert scopes.of_call("GET", "/rest/webhooks/1.0/webhook") is None
