"""Issues as real Jiras have told them, Server 4 to Cloud, through the mapping: sane, and at rest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from jira_client import parse
from jira_client.parse import sprints_in
from jira_client.values import Issue
from sync.core.mapping import parent_reference, say, see
from sync.core.merge import Policy, merge
from sync.core.values import TWO_WAY, Lookups, Rules
from tests.vendor_data import FOLDER, recorded, vendor_data

PLAIN = ("summary", "description", "status", "assignee", "reporter", "labels", "priority", "parent")
POLICIES = tuple(Policy)


def issues_in(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every issue in an answer or a delivery, however deep; what links name is one as well."""
    rows = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict) and isinstance(value.get("fields"), dict) and "key" in value:
        yield value
    for row in rows:
        yield from issues_in(row)


def name_of(path: Path) -> str:
    return str(path.relative_to(FOLDER / "recorded").with_suffix(""))


def told() -> list[tuple[str, Mapping[str, Any]]]:
    return [
        (f"{name_of(path)}-{number}", one)
        for path in recorded()
        for number, one in enumerate(issues_in(json.loads(path.read_text("utf-8"))))
    ]


TOLD = told()


def rules_for(issue: Issue) -> Rules:
    """What mapping its project would propose: by the shapes of its own fields."""
    fields = issue.fields
    kind, status = fields.get("issuetype") or {}, fields.get("status") or {}
    sprint = next((name for name, value in fields.items() if _sprints(value)), "customfield_none")
    points = next(
        (n for n, v in fields.items() if n.startswith("customfield") and type(v) in (int, float)),
        "customfield_none",
    )
    return Rules(
        project_id=str((fields.get("project") or {}).get("id", "")),
        project_key=issue.key.partition("-")[0],
        types={"Story": str(kind.get("id", "7"))},
        fields={name: name for name in PLAIN} | {"iteration": sprint, "story_points": points},
        statuses={"Anything": str(status.get("id", "1"))},
        links={"blocks": "Blocks"},
    )


def _sprints(value: Any) -> bool:
    return isinstance(value, list) and bool(sprints_in(value))


def test_there_are_many() -> None:
    vendor_data("recorded")
    assert len(TOLD) > 80


@pytest.mark.parametrize("raw", [one for _, one in TOLD], ids=[name for name, _ in TOLD])
def test_it_is_seen_as_it_is(raw: Mapping[str, Any]) -> None:
    issue = parse.issue(raw)
    fields, rules = issue.fields, rules_for(issue)
    seen = see(rules, Lookups(), issue)
    assert (seen.remote_id, seen.remote_key) == (issue.id, raw["key"])
    assert set(seen.values) <= set(TWO_WAY)
    if "summary" in fields:  # Jira Software tells the issues of a sprint without
        assert seen.values["summary"] == " ".join(str(fields["summary"]).split())
    assert seen.values.get("status", "") == _status(fields)
    if isinstance(fields.get("description"), str):
        assert seen.values["description"].splitlines() == _lines(fields["description"])
    elif fields.get("description"):  # a document: nothing is made of what is not understood
        assert "description" not in seen.values
    for name in ("assignee", "reporter"):
        person = fields.get(name)
        known = person and (person.get("accountId") or person.get("name") or person.get("key"))
        assert seen.values.get(name, "") == (known or "")
    assert seen.values.get("labels", []) == sorted(set(fields.get("labels") or []))
    assert seen.values.get("story_points") == fields.get(rules.fields["story_points"])
    ends = {(link.source_id, link.target_id) for link in seen.links}
    assert all(issue.id in pair for pair in ends)
    assert parent_reference(rules, issue) == str((fields.get("parent") or {}).get("id", ""))


def _status(fields: Mapping[str, Any]) -> str:
    status = fields.get("status") or {}
    return "Anything" if status.get("id") else str(status.get("name", ""))


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip().splitlines()


@pytest.mark.parametrize("policy", POLICIES)
def test_what_was_seen_twice_is_at_rest(policy: Policy) -> None:
    """Agreed once, nothing is taken, sent or asked: not even for the oddest value."""
    vendor_data("recorded")
    for name, raw in TOLD:
        issue = parse.issue(raw)
        seen = see(rules_for(issue), Lookups(), issue).values
        outcome = merge(seen, seen, see(rules_for(issue), Lookups(), issue).values, policy)
        assert (dict(outcome.take), dict(outcome.to_send), outcome.clashes) == ({}, {}, ()), name


def test_what_was_seen_can_be_said_in_the_same_words() -> None:
    vendor_data("recorded")
    for name, raw in TOLD:
        issue = parse.issue(raw)
        rules = rules_for(issue)
        values = see(rules, Lookups(), issue).values
        out = say(rules, values, sprints={}, parents={})
        json.dumps(dict(out.fields))
        assert out.fields.get("summary") == values.get("summary"), name
        assert set(out.unmapped) <= {"status", "parent"}, name
