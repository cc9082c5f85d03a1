"""Parent Link of Advanced Roadmaps: of epics and above, to the level above, and on Data Center alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jira_sandbox.model.projects import IssueType
from jira_sandbox.server import running
from tests.sandbox.callers import Caller

BODY = {"name": "Parent Link", "kind": "parent-link"}


@pytest.fixture
def admin() -> Iterator[Caller]:
    with running(flavour="datacenter") as jira:
        site = jira.site
        site.types["10010"] = IssueType("10010", "Initiative", "", 2)
        art = site.project("ART")
        art.type_ids = (*art.type_ids, "10010")
        yield Caller(jira, "admin")


def make(admin: Caller, kind: str) -> str:
    fields = {"project": {"key": "ART"}, "issuetype": {"name": kind}, "summary": kind}
    return admin("POST", "/rest/api/2/issue", {"fields": fields}).json()["key"]


def test_an_epic_names_what_is_above_it(admin: Caller) -> None:
    field = admin("POST", "/sandbox/fields", BODY).json()["id"]
    top, feature = make(admin, "Initiative"), make(admin, "Feature")
    path = f"/rest/api/2/issue/{feature}"
    assert admin("PUT", path, {"fields": {field: top}}).status_code == 204
    assert admin.get(path)["fields"][field] == top
    items = admin.get(f"{path}?expand=changelog")["changelog"]["histories"][-1]["items"]
    assert [(one["field"], one["toString"]) for one in items] == [("Parent Link", top)]
    assert admin("PUT", path, {"fields": {field: make(admin, "Feature")}}).status_code == 400
    story = "/rest/api/2/issue/FALCON-1"
    assert admin("PUT", story, {"fields": {field: feature}}).status_code == 400
    assert admin.get(story)["fields"][field] is None


def test_cloud_has_none() -> None:
    with running(flavour="cloud") as jira:
        assert Caller(jira, "admin")("POST", "/sandbox/fields", BODY).status_code == 400
