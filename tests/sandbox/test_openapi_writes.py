"""Cloud's answers to writes, and its refusals, fit the vendor's OpenAPI documents.

The documents give most of these no schema: then the status must be one they name, a good answer must
look like their example, and a refusal like their ErrorCollection. Deviations are named with reasons.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from jira_sandbox.server import Handle
from tests.sandbox.callers import Caller
from tests.sandbox.schemas import PLATFORM, SOFTWARE, documented, error_problems, example, problems

API, AGILE = "/rest/api/3", "/rest/agile/1.0"
ISSUE = f"{API}/issue/{{issueIdOrKey}}"
STORY = {"project": {"key": "FALCON"}, "issuetype": {"id": "10001"}, "summary": "x"}
DOC = {"type": "doc", "version": 1, "content": []}
ENDS = {"inwardIssue": {"key": "FALCON-1"}, "outwardIssue": {"key": "OTTER-1"}}
DATES = {"startDate": "2027-01-01T09:00:00.000Z", "endDate": "2027-01-15T09:00:00.000Z"}
SPRINT = {"name": "S", "originBoardId": 2, "goal": "g", **DATES}


@dataclass(frozen=True)
class Write:
    """A call by the template of a document. `words` fill it; `status` is what is expected."""

    document: str
    method: str
    template: str
    words: tuple[str, ...]
    status: int
    body: Any = None
    params: dict[str, str] = field(default_factory=dict)
    revoked: str = ""
    deviation: str = ""

    @property
    def path(self) -> str:
        made = self.template
        for word in self.words:
            made = re.sub(r"\{\w+\}", word, made, count=1)
        return made


def of(method: str, template: str, words: str, status: int, body: Any = None, **more: Any) -> Write:
    document = SOFTWARE if template.startswith(AGILE) else PLATFORM
    return Write(document, method, template, tuple(words.split()), status, body, **more)


GOOD = [
    of("post", f"{API}/issue", "", 201, {"fields": STORY}),
    of("put", ISSUE, "FALCON-1", 204, {"fields": {"summary": "y"}}),
    of("put", ISSUE, "FALCON-1", 200, {"fields": {"summary": "y"}}, params={"returnIssue": "true"}),
    of("post", f"{ISSUE}/transitions", "FALCON-1", 204, {"transition": {"id": "21"}}),
    of("post", f"{ISSUE}/comment", "FALCON-1", 201, {"body": {**DOC, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "hi"}]}]}}),
    of("put", f"{ISSUE}/properties/{{propertyKey}}", "FALCON-1 alm", 201, {"op": 1}),
    of("delete", ISSUE, "FALCON-3", 204, params={"deleteSubtasks": "true"}),
    of("post", f"{API}/issueLink", "", 201, {"type": {"name": "Blocks"}, **ENDS}),
    of("put", f"{API}/issue/archive", "", 403, {"issueIdsOrKeys": ["FALCON-1"]}),
    of("get", f"{API}/project/{{projectIdOrKey}}/role", "FALCON", 200),
    of("get", f"{API}/project/{{projectIdOrKey}}/role/{{id}}", "FALCON 10001", 200),
    of("post", f"{API}/version", "", 201, {"project": "FALCON", "name": "R1"}),
    of("post", f"{API}/component", "", 201, {"project": "FALCON", "name": "Billing"}),
    of("put", ISSUE, "FALCON-1", 204, {"fields": {"components": [{"name": "Web"}],
                                                 "duedate": "2027-01-31"}}),
    of("post", f"{AGILE}/sprint", "", 201, SPRINT),
    of("post", f"{AGILE}/sprint/{{sprintId}}", "3", 200, {"goal": "more"}),
    of("get", f"{AGILE}/sprint/{{sprintId}}", "3", 200),
    of("get", f"{AGILE}/board/{{boardId}}/sprint", "2", 200),
    of("post", f"{AGILE}/sprint/{{sprintId}}/issue", "3", 204, {"issues": ["FALCON-2"]}),
    of("post", f"{AGILE}/backlog/issue", "", 204, {"issues": ["FALCON-2"]}),
    of("put", f"{AGILE}/issue/rank", "", 204, {"issues": ["FALCON-2"],
                                              "rankBeforeIssue": "FALCON-4"}),
    of("put", f"{AGILE}/issue/rank", "", 207, {"issues": ["FALCON-2", "NONE-1"],
                                              "rankBeforeIssue": "FALCON-4"}),
]  # fmt: skip
REFUSED = [
    of("post", f"{API}/issue", "", 400, {"fields": {**STORY, "summary": None}}),
    of("put", ISSUE, "FALCON-1", 400, {"fields": {"duedate": "soon"}}),
    of("put", ISSUE, "FALCON-1", 403, {"fields": {"summary": "y"}}, revoked="EDIT_ISSUES"),
    of("put", ISSUE, "NONE-1", 404, {"fields": {"summary": "y"}}),
    of("delete", ISSUE, "FALCON-1", 403, revoked="DELETE_ISSUES"),
    of("delete", ISSUE, "NONE-1", 404),
    of("get", ISSUE, "NONE-1", 404),
    of("post", f"{ISSUE}/transitions", "FALCON-1", 400, {"transition": {"id": "999"}}),
    of("post", f"{ISSUE}/transitions", "NONE-1", 404, {"transition": {"id": "21"}}),
    of("post", f"{API}/issueLink", "", 404, {"type": {"name": "Nope"}, **ENDS}),
    of("post", f"{API}/issueLink", "", 404, {"type": {"name": "Blocks"}, **ENDS},
       revoked="LINK_ISSUES"),
    of("delete", f"{API}/issueLink/{{linkId}}", "9", 404),
    of("get", f"{API}/project/{{projectIdOrKey}}", "NONE", 404),
    of("post", f"{API}/version", "", 404, {"project": "FALCON", "name": "R1"},
       revoked="ADMINISTER_PROJECTS"),
    of("post", f"{API}/version", "", 400, {"project": "FALCON", "name": ""}),
    of("get", f"{API}/search/jql", "", 400, params={"jql": "nonsense ="}),
    of("post", f"{API}/issue/bulkfetch", "", 400, {"issueIdsOrKeys": []}),
    of("put", f"{API}/issue/archive", "", 403, {"issueIdsOrKeys": ["FALCON-1"]}),
    of("post", f"{AGILE}/sprint", "", 400, {**SPRINT, "name": "x" * 40}),
    of("get", f"{AGILE}/sprint/{{sprintId}}", "999", 404),
    of("get", f"{AGILE}/board/{{boardId}}", "999", 404),
]  # fmt: skip


def answered(cloud: Handle, write: Write) -> Any:
    if write.revoked:
        Caller(cloud)("POST", "/sandbox/grants", {"user": "svc-alm", "project": "FALCON",
                      "permission": write.revoked, "granted": False})  # fmt: skip
    return Caller(cloud)(write.method.upper(), write.path, write.body, **write.params)


def name(write: Write) -> str:
    return f"{write.method} {write.template.rpartition('1.0')[2][-32:]} {write.status}"


def unlike(value: Any, shown: Any, where: str = "") -> list[str]:
    """Where an answer has another type than the document's example, or lacks its only keys."""
    if shown is None or value is None:
        return []
    if isinstance(shown, dict) and isinstance(value, dict):
        both = shown.keys() & value.keys()
        alone = [f"{where}: no key of the example"] if shown and not both else []
        return alone + [
            text for key in both for text in unlike(value[key], shown[key], f"{where}/{key}")
        ]
    if isinstance(shown, list) and isinstance(value, list):
        return (
            [text for one in value[:3] for text in unlike(one, shown[0], f"{where}[]")]
            if shown
            else []
        )
    return [] if isinstance(value, type(shown)) else [f"{where}: {type(value).__name__}"]


@pytest.mark.parametrize("write", GOOD, ids=name)
def test_a_good_answer_fits(cloud: Handle, write: Write) -> None:
    answer = answered(cloud, write)
    assert answer.status_code == write.status, answer.text
    assert str(write.status) in documented(write.document, write.method, write.template)
    if not answer.content:
        assert example(write.document, write.method, write.template, write.status) is None
        return
    known = documented(write.document, write.method, write.template)[str(write.status)]
    if known.get("content", {}).get("application/json", {}).get("schema"):
        assert (
            problems(write.document, write.method, write.template, write.status, answer.json())
            == []
        )
    shown = example(write.document, write.method, write.template, write.status)
    assert unlike(answer.json(), shown) == []


@pytest.mark.parametrize("write", REFUSED, ids=name)
def test_a_refusal_fits(cloud: Handle, write: Write) -> None:
    answer = answered(cloud, write)
    assert answer.status_code == write.status, answer.text
    assert str(write.status) in documented(write.document, write.method, write.template)
    assert error_problems(answer.json()) == []
    assert answer.json().get("errorMessages") or answer.json().get("errors")


def test_the_judges_can_complain() -> None:
    assert error_problems({"message": "no"})
    assert unlike({"id": "1"}, {"id": 1}) == ["/id: str"]
    assert unlike({"other": 1}, {"id": 1}) == [": no key of the example"]
