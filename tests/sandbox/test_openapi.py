"""Cloud's answers fit the vendor's OpenAPI documents, deviations named and explained."""

from __future__ import annotations

import re
from typing import Any

import pytest

from jira_sandbox.server import Handle
from tests.sandbox.callers import Caller
from tests.sandbox.schemas import PLATFORM, SOFTWARE, problems

API, AGILE = "/rest/api/3", "/rest/agile/1.0"

DEVIATIONS = {
    r"^/: Additional properties are not allowed \('defaultLocale'": "the document forgets it; "
    "recorded Cloud answers hold it",
    r"items/\d+/(from|to|fromString|toString): None is not": "the document forgets that these are "
    "null where a side is empty; recorded changelogs hold null",
    r"^/: \[.*'globalId'.* is not of type 'object'": "the document describes one remote link, but "
    "without a globalId real Jira answers a list (so does the document's own example)",
}
"""Pattern of a complaint → why real Jira does the same."""

READS: list[tuple[str, str, str, dict[str, Any]]] = [
    (PLATFORM, f"{API}/serverInfo", "", {}),
    (PLATFORM, f"{API}/myself", "", {}),
    (PLATFORM, f"{API}/mypermissions", "", {"permissions": "EDIT_ISSUES"}),
    (PLATFORM, f"{API}/permissions", "", {}),
    (PLATFORM, f"{API}/project", "", {}),
    (PLATFORM, f"{API}/project/search", "", {}),
    (PLATFORM, f"{API}/project/{{projectIdOrKey}}", "FALCON", {}),
    (PLATFORM, f"{API}/project/{{projectIdOrKey}}/statuses", "FALCON", {}),
    (PLATFORM, f"{API}/project/{{projectIdOrKey}}/versions", "ART", {}),
    (PLATFORM, f"{API}/project/{{projectIdOrKey}}/version", "ART", {}),
    (PLATFORM, f"{API}/project/{{projectIdOrKey}}/components", "FALCON", {}),
    (PLATFORM, f"{API}/issuetype", "", {}),
    (PLATFORM, f"{API}/issueLinkType/{{issueLinkTypeId}}", "10000", {}),
    (PLATFORM, f"{API}/issuetype/project", "", {"projectId": "10001"}),
    (PLATFORM, f"{API}/issue/createmeta/{{projectIdOrKey}}/issuetypes", "FALCON", {}),
    (PLATFORM, f"{API}/field", "", {}),
    (PLATFORM, f"{API}/field/search", "", {}),
    (PLATFORM, f"{API}/issueLinkType", "", {}),
    (PLATFORM, f"{API}/priority", "", {}),
    (PLATFORM, f"{API}/priority/search", "", {}),
    (PLATFORM, f"{API}/resolution", "", {}),
    (PLATFORM, f"{API}/status", "", {}),
    (PLATFORM, f"{API}/statuscategory", "", {}),
    (PLATFORM, f"{API}/user/search", "", {"query": "a"}),
    (PLATFORM, f"{API}/user/assignable/search", "", {"project": "FALCON"}),
    (PLATFORM, f"{API}/issue/{{issueIdOrKey}}", "FALCON-1", {"expand": "changelog,names,schema"}),
    (PLATFORM, f"{API}/issue/{{issueIdOrKey}}/editmeta", "FALCON-1", {}),
    (PLATFORM, f"{API}/issue/{{issueIdOrKey}}/transitions", "FALCON-1",
     {"expand": "transitions.fields"}),
    (PLATFORM, f"{API}/issue/{{issueIdOrKey}}/changelog", "FALCON-1", {}),
    (PLATFORM, f"{API}/issue/{{issueIdOrKey}}/comment", "FALCON-1", {}),
    (PLATFORM, f"{API}/issue/{{issueIdOrKey}}/properties", "FALCON-1", {}),
    (PLATFORM, f"{API}/issue/{{issueIdOrKey}}/remotelink", "FALCON-1", {}),
    (PLATFORM, f"{API}/search/jql", "", {"jql": "project = FALCON", "fields": "*all"}),
    (SOFTWARE, f"{AGILE}/board", "", {}),
    (SOFTWARE, f"{AGILE}/board/{{boardId}}", "2", {}),
    (SOFTWARE, f"{AGILE}/board/{{boardId}}/configuration", "2", {}),
]  # fmt: skip


met: set[str] = set()
"""Deviations that an answer showed in this run."""


def complaints(found: list[str]) -> list[str]:
    left = []
    for one in found:
        known = [pattern for pattern in DEVIATIONS if re.search(pattern, one)]
        met.update(known)
        left += [] if known else [one]
    return left


@pytest.mark.parametrize(("name", "template", "word", "params"), READS, ids=lambda v: str(v)[-40:])
def test_a_read_fits(
    cloud: Handle, name: str, template: str, word: str, params: dict[str, Any]
) -> None:
    service = Caller(cloud)
    service("PUT", f"{API}/issue/FALCON-1", {"fields": {"summary": "changed", "labels": ["a"]}})
    service("PUT", f"{API}/issue/FALCON-1/properties/board", {"rev": 1})
    service("POST", f"{API}/issue/FALCON-1/remotelink", {
        "globalId": "g", "object": {"url": "https://example.com/1", "title": "one"}})  # fmt: skip
    text = {"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "hi"}]}]}  # fmt: skip
    service("POST", f"{API}/issue/FALCON-1/comment", {"body": text})
    value = service.get(re.sub(r"\{\w+\}", word, template), **params)
    assert complaints(problems(name, "get", template, 200, value)) == []


def test_writes_fit(cloud: Handle) -> None:
    service = Caller(cloud)
    fields = {"project": {"key": "FALCON"}, "issuetype": {"id": "10001"}, "summary": "x"}
    made = service("POST", f"{API}/issue", {"fields": fields})
    assert complaints(problems(PLATFORM, "post", f"{API}/issue", 201, made.json())) == []
    bulk = service("POST", f"{API}/issue/bulk", {"issueUpdates": [
        {"fields": fields}, {"fields": {**fields, "summary": None}}]})  # fmt: skip
    assert complaints(problems(PLATFORM, "post", f"{API}/issue/bulk", 201, bulk.json())) == []
    fetched = service("POST", f"{API}/issue/bulkfetch", {
        "issueIdsOrKeys": ["FALCON-1", "NONE-1"], "fields": ["*all"]})  # fmt: skip
    path = f"{API}/issue/bulkfetch"
    assert complaints(problems(PLATFORM, "post", path, 200, fetched.json())) == []
    checked = service("POST", f"{API}/permissions/check", {
        "projectPermissions": [{"permissions": ["EDIT_ISSUES"], "projects": [10001]}]})  # fmt: skip
    path = f"{API}/permissions/check"
    assert complaints(problems(PLATFORM, "post", path, 200, checked.json())) == []
    counted = service("POST", f"{API}/search/approximate-count", {"jql": "project = FALCON"})
    path = f"{API}/search/approximate-count"
    assert complaints(problems(PLATFORM, "post", path, 200, counted.json())) == []


def test_the_validator_can_complain(cloud: Handle) -> None:
    assert problems(PLATFORM, "get", f"{API}/serverInfo", 200, {"baseUrl": 7})


def test_no_deviation_is_listed_for_nothing(cloud: Handle) -> None:
    service = Caller(cloud)
    service("PUT", f"{API}/issue/FALCON-1", {"fields": {"labels": ["a"]}})
    service("POST", f"{API}/issue/FALCON-1/remotelink", {
        "globalId": "g", "object": {"url": "https://example.com/1", "title": "one"}})  # fmt: skip
    for path in ("/myself", "/issue/{issueIdOrKey}/changelog", "/issue/{issueIdOrKey}/remotelink"):
        value = service.get(API + path.replace("{issueIdOrKey}", "FALCON-1"))
        assert complaints(problems(PLATFORM, "get", API + path, 200, value)) == []
    assert met == set(DEVIATIONS)
