"""The JQL subset: operators, functions, dates in the reader's zone, order, refusals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from jira_sandbox.server import Handle
from tests.sandbox.callers import Caller


def search(caller: Caller, jql: str, **params: Any) -> Any:
    path = "/rest/api/2/search/jql" if caller.handle.site.cloud else "/rest/api/2/search"
    return caller("GET", path, jql=jql, fields="summary", **params)


@pytest.fixture
def trio(service: Caller, jira: Handle) -> list[str]:
    """Three stories that differ in labels, priority and summary."""
    rows = [("apple pie", ["red"], "1"), ("apple tart", ["red", "green"], "3"), ("pear", [], "5")]
    return [
        service.story(summary=text, labels=labels, priority={"id": rank})["key"]
        for text, labels, rank in rows
    ]


@pytest.mark.parametrize(("clause", "picks"), [
    ('summary ~ "apple"', [0, 1]), ("labels = green", [1]), ("labels in (green, red)", [0, 1]),
    ("labels != red", []), ("labels is EMPTY", [2]), ("labels is not empty", [0, 1]),
    ("not labels = red", [2]), ("priority > Medium", [0]), ("priority in (Lowest, Highest)", [0, 2]),
    ('summary ~ "apple" AND (labels = green OR priority = Lowest)', [1]),
    ("assignee is empty and reporter = currentUser()", [0, 1, 2]), ("status = Done", []),
    ('statusCategory = "To Do"', [0, 1, 2]), ("issuetype = Story and type not in (Bug)", [0, 1, 2]),
    ("sprint is empty", [0, 1, 2]), ("sprint in openSprints()", []), ("parent is empty", [0, 1, 2]),
    ("created >= -5m", [0, 1, 2]), ("created < -5m", []),
])  # fmt: skip
def test_a_clause_picks(
    service: Caller, jira: Handle, trio: list[str], clause: str, picks: list[int]
) -> None:
    found = service.keys(f"key in ({', '.join(trio)}) AND {clause} ORDER BY id")
    assert found == [trio[pick] for pick in picks]


def test_ids_ranges_and_order(service: Caller, jira: Handle, trio: list[str]) -> None:
    ids = [int(service.get(f"/rest/api/2/issue/{key}")["id"]) for key in trio]
    assert service.keys(f"id >= {ids[1]} AND id <= {ids[2]} ORDER BY id ASC") == trio[1:]
    assert service.keys(f"id in ({ids[2]},{ids[0]}) ORDER BY priority DESC") == [trio[0], trio[2]]
    assert service.keys(f"id > {ids[0]} AND project = FALCON ORDER BY id DESC") == trio[:0:-1]


def test_dates_are_read_in_the_users_zone_to_the_minute(service: Caller, jira: Handle) -> None:
    made = service.story()
    created = jira.site.issue(made["key"]).created
    berlin = created.astimezone(ZoneInfo("Europe/Berlin"))
    this, after = f"{berlin:%Y-%m-%d %H:%M}", f"{berlin + timedelta(minutes=1):%Y-%m-%d %H:%M}"
    assert service.keys(f'key = {made["key"]} AND created >= "{this}"') == [made["key"]]
    assert service.keys(f'key = {made["key"]} AND created >= "{after}"') == []
    new_york = Caller(jira, "tom")
    assert new_york.keys(f'key = {made["key"]} AND created >= "{this}"') == []


@pytest.mark.parametrize("jql", [
    "project = NOWHERE", "nonsense = 1", "status = Imaginary", "key = FALCON-9999", "project =",
    "(project = FALCON", 'created >= "yesterday"', "sprint = 424242", "project FALCON",
    "assignee = unheardOf()",
])  # fmt: skip
def test_what_jira_refuses_is_refused(service: Caller, jira: Handle, jql: str) -> None:
    answer = search(service, jql)
    assert answer.status_code == 400
    assert answer.json()["errorMessages"]


def test_unbounded_only_on_datacenter(service: Caller, jira: Handle) -> None:
    for jql in ("", "order by key"):
        assert search(service, jql).status_code == (400 if jira.site.cloud else 200)


def test_unknown_ids_are_forgiven_without_validation(datacenter: Handle) -> None:
    service = Caller(datacenter)
    key = service.story()["key"]
    id = service.get(f"/rest/api/2/issue/{key}")["id"]
    strict = search(service, f"id in ({id}, 999999)")
    assert strict.status_code == 400
    lenient = search(service, f"id in ({id}, 999999)", validateQuery="false")
    assert [one["key"] for one in lenient.json()["issues"]] == [key]
    assert "999999" in lenient.json()["warningMessages"][0]
