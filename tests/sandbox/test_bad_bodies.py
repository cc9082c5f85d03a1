"""Nonsense is refused with a 4xx and a reason, never answered with a 500."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from jira_sandbox.server import Handle
from tests.sandbox.callers import Caller

HOME = {"project": {"key": "FALCON"}, "issuetype": {"name": "Story"}, "summary": "s"}
WRITES: list[tuple[str, str]] = [
    ("POST", "/rest/api/2/issue"), ("POST", "/rest/api/2/issue/bulk"),
    ("PUT", "/rest/api/2/issue/FALCON-1"), ("POST", "/rest/api/2/issue/FALCON-1/transitions"),
    ("POST", "/rest/api/2/issue/FALCON-1/comment"), ("POST", "/rest/api/2/issueLink"),
    ("POST", "/rest/api/2/issue/FALCON-1/remotelink"), ("POST", "/rest/agile/1.0/sprint"),
    ("POST", "/rest/agile/1.0/sprint/3/issue"), ("PUT", "/rest/agile/1.0/issue/rank"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_no_nonsense_is_a_server_error(
    service: Caller, jira: Handle, method: str, path: str
) -> None:
    before = len(jira.site.issues)
    for body in ([], 7, "text", None, {"fields": 7}, {"issues": 7}, {"issueUpdates": [7]},
                 {"fields": {"project": 7}}, {"transition": 7}):  # fmt: skip
        status = service(method, path, body if body is not None else 0).status_code
        assert 400 <= status < 500 or (status == 204 and path.endswith("FALCON-1")), (body, status)
    assert len(jira.site.issues) == before


@pytest.mark.parametrize("raw", [b"{", b'{"a": NaN}', b"\xff", b'{"x": "\\ud800"}'])
def test_no_json(service: Caller, jira: Handle, raw: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = requests.post(jira.url + "/rest/api/2/issue", raw, headers=headers,
                           auth=service.auth, timeout=10)  # fmt: skip
    assert answer.status_code == 400


def test_no_content_type(service: Caller, jira: Handle) -> None:
    answer = requests.post(jira.url + "/rest/api/2/issue", b"{}", auth=service.auth, timeout=10)
    assert answer.status_code == 415


@pytest.mark.parametrize("value", [True, "5", [5], {"value": 5}])
def test_a_number_is_a_number(service: Caller, jira: Handle, value: Any) -> None:
    field = jira.site.field_of("points").id
    answer = service("POST", "/rest/api/2/issue", {"fields": HOME | {field: value}})
    assert list(answer.json()["errors"]) == [field]


def test_an_unauthorised_answer_names_the_oauth_realm(jira: Handle) -> None:
    answer = Caller(jira, None)("GET", "/rest/api/2/myself")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == f'OAuth realm="{jira.url}"'
