"""The benchmarks' own Jira answers what is asked for and no more, or figures would measure it instead."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
from django.utils import timezone

from benchmarks._issues import FIRST, Store
from benchmarks._jira import Jira

ROOT = Path(__file__).parents[2]
PROJECT = "project = 10000"


def store() -> Store:
    return Store("BENCH", 1000, cloud=False)


def test_a_range_of_ids_holds_what_lies_between_its_bounds() -> None:
    here = store()
    here.remove(FIRST + 3)
    found = here.matching(f"({PROJECT}) AND (id >= {FIRST + 2}) AND (id < {FIRST + 6}) ORDER BY id")
    assert list(found) == [FIRST + 2, FIRST + 4, FIRST + 5]
    assert list(here.matching(f"({PROJECT}) AND (id > {FIRST + 997})")) == [
        FIRST + 998,
        FIRST + 999,
    ]
    assert len(here.matching(PROJECT)) == 999


def test_what_was_updated_since_is_the_edited_and_what_is_as_young() -> None:
    here = store()
    here.edit(FIRST + 7, {"summary": "Edited"})
    here.edit(FIRST + 8, {"summary": "Edited and deleted"})
    here.remove(FIRST + 8)
    since = f"{timezone.now() - timedelta(minutes=5):%Y-%m-%d %H:%M}"
    assert list(here.matching(f'{PROJECT} AND updated >= "{since}"')) == [FIRST + 7]
    minute = here.when(FIRST + 980).replace(second=0)
    young = [n for n in range(FIRST, FIRST + 1000) if here.when(n) >= minute and n != FIRST + 8]
    assert 1 < len(young) < 1000
    assert list(here.matching(f'{PROJECT} AND updated >= "{minute:%Y-%m-%d %H:%M}"')) == young


def test_a_million_issues_lie_in_the_past() -> None:
    assert store().when(FIRST + 1_000_000) < timezone.now()


def asked(jira: Jira, path: str, **body: Any) -> dict[str, Any]:
    status, answer = jira.answer("POST", f"/rest/api/2{path}", orjson.dumps(body))
    assert status == 200, answer
    found: dict[str, Any] = orjson.loads(answer)
    return found


def ids(answer: dict[str, Any]) -> list[int]:
    return [int(issue["id"]) - FIRST for issue in answer["issues"]]


def test_pages_by_offset_shift_when_an_issue_goes_and_pages_by_token_do_not() -> None:
    old, cloud = Jira("datacenter", 6, 1), Jira("cloud", 6, 1)
    page = asked(cloud, "/search/jql", jql=PROJECT, maxResults=2)
    for jira in (old, cloud):
        jira.answer("DELETE", f"/rest/api/2/issue/{FIRST}", b"")
        jira.answer("DELETE", f"/rest/api/2/issue/{FIRST + 3}", b"")
    assert ids(asked(old, "/search", jql=PROJECT, startAt=2, maxResults=2)) == [4, 5]
    token = page["nextPageToken"]
    page = asked(cloud, "/search/jql", jql=PROJECT, maxResults=2, nextPageToken=token)
    assert ids(page) == [2]
    assert not page["isLast"]


def test_a_share_of_calls_fails_and_the_same_calls_each_time() -> None:
    jira = Jira("cloud", 1, 1)

    def statuses() -> list[int]:
        jira.faults.set(rate=0.15)
        return [jira.answer("GET", "/rest/api/2/myself", b"")[0] for _ in range(1000)]

    first = statuses()
    assert set(first) == {200, 503}
    assert 100 < first.count(503) < 200
    assert statuses() == first


def test_calls_beyond_so_many_a_second_are_refused_and_counted() -> None:
    jira = Jira("cloud", 1, 1)
    jira.faults.set(per_second=5)
    statuses = [jira.answer("GET", "/rest/api/2/myself", b"")[0] for _ in range(8)]
    assert statuses == [200] * 5 + [429] * 3
    _, state = jira.answer("POST", "/bench/state", b"{}")
    assert orjson.loads(state) == {"calls": {"GET /myself": 8}, "struck": {"429": 3}}


def test_people_delete_and_edit_while_issues_are_read_and_not_while_ids_are_listed() -> None:
    jira = Jira("cloud", 100, 1)
    jira.concurrent_edits.begin(deletes=3, edits=2)
    asked(jira, "/search/jql", jql=PROJECT, fields=["id"], maxResults=100)
    assert jira.concurrent_edits.truth()["to_come"] == 5
    first = asked(jira, "/issue/bulkfetch", issueIdsOrKeys=list(range(FIRST, FIRST + 50)))
    assert len(first["issues"]) == 50
    assert 0 < jira.concurrent_edits.truth()["to_come"] < 5
    rest = asked(jira, "/issue/bulkfetch", issueIdsOrKeys=list(range(FIRST + 50, FIRST + 100)))
    there = {*ids(first), *ids(rest)}
    truth = jira.concurrent_edits.truth()
    assert truth["to_come"] == 0
    assert len(truth["ids"]) == 97
    assert {int(one) - FIRST for one in truth["ids"]} <= there
    issues = asked(jira, "/issue/bulkfetch", issueIdsOrKeys=list(truth["edited"]))["issues"]
    assert {one["id"]: one["fields"]["summary"] for one in issues} == truth["edited"]
    assert len(issues) == 2


def test_it_serves_https_by_a_certificate_that_clients_can_trust(tmp_path: Path) -> None:
    certificate = tmp_path / "server.pem"
    words = [sys.executable, "-m", "benchmarks._server", "--issues", "1", "--tls", str(certificate)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            url = orjson.loads(server.stdout.readline())["url"] + "/rest/api/2/serverInfo"
            answer = requests.get(url, verify=str(certificate), timeout=10)
            assert answer.json()["deploymentType"] == "Cloud"
            with pytest.raises(requests.exceptions.SSLError):
                requests.get(url, timeout=10)
        finally:
            server.terminate()
    assert b"PRIVATE" not in certificate.read_bytes()


def test_what_is_expanded_comes_with_each_issue() -> None:
    jira = Jira("cloud", 1, 1)
    query = f"{PROJECT} AND updated >= '2026-01-05 08:00'"
    (issue,) = asked(jira, "/search/jql", jql=query, expand="changelog,transitions")["issues"]
    assert issue["changelog"]["histories"] == []
    assert [one["to"]["name"] for one in issue["transitions"]] == ["To Do", "In Progress", "Done"]
