"""A mapping by names: what of a template fits a project."""

from __future__ import annotations

from typing import Any

from jira_client.values import FieldInfo, IssueType, LinkType, Status
from sync.core.propose import Metadata, propose
from sync.core.template import by_names, fit

COLUMNS: dict[str, Any] = {
    "direction": "both",
    "conflict_policy": "ask",
    "deletion_policy": "unlink",
    "jql": "",
    "type_map": {"Story": "1", "Gone": "77"},
    "field_map": {"summary": "summary", "story_points": "customfield_1"},
    "field_directions": {"story_points": "from_jira"},
    "status_map": {"To Do": "10", "Done": "12"},
    "link_map": {"blocks": "Blocks"},
    "link_rules": [{"from": "Story", "word": "blocks", "to": "Story", "link_type": "Blocks"}],
    "transition_defaults": {"Done": {"resolution": "Done"}},
    "create_defaults": {"Story": {"customfield_9": "Team A"}},
}


def project(**more: Any) -> Metadata:
    found: dict[str, Any] = {
        "types": [IssueType("1", "Story"), IssueType("5", "Sub-task", subtask=True)],
        "statuses": [Status("10", "To Do", "new"), Status("12", "Done", "done")],
        "fields": [
            FieldInfo("summary", "Summary"),
            FieldInfo("resolution", "Resolution"),
            FieldInfo("customfield_1", "Story Points", True),
            FieldInfo("customfield_9", "Area", True),
        ],
        "links": [LinkType("1", "Blocks", "is blocked by", "blocks")],
        "boards": [],
        "estimation_field": None,
        "parent_style": "parent",
    }
    return Metadata(**{**found, **more})


def test_a_mapping_becomes_names_and_fits_where_it_came_from() -> None:
    content = by_names(COLUMNS, project())
    assert content["types"] == {"Story": "Story"}  # what Jira has not any more is left out
    assert content["fields"]["story_points"] == "Story Points"
    assert content["create_defaults"] == {"Story": {"Area": "Team A"}}
    found = fit(content, project(), propose(project()))
    assert found.misfits == []
    assert found.values == {**COLUMNS, "type_map": {"Story": "1"}}


def test_other_ids_are_found_by_name_whatever_their_case() -> None:
    other = project(
        types=[IssueType("201", "story")],
        statuses=[Status("210", "TO DO", "new"), Status("212", "Done", "done")],
        fields=[
            FieldInfo("summary", "Summary"),
            FieldInfo("resolution", "Resolution"),
            FieldInfo("customfield_21", "Story points", True),
            FieldInfo("customfield_29", "Area", True),
        ],
    )
    found = fit(by_names(COLUMNS, project()), other, propose(other))
    assert found.values["type_map"] == {"Story": "201"}
    assert found.values["status_map"] == {"To Do": "210", "Done": "212"}
    assert found.values["field_map"]["story_points"] == "customfield_21"
    assert found.values["create_defaults"] == {"Story": {"customfield_29": "Team A"}}
    assert found.misfits == []


def test_what_is_missing_further_or_there_twice_is_said() -> None:
    other = project(
        types=[IssueType("1", "Story"), IssueType("2", "Incident")],
        statuses=[Status("10", "To Do", "new"), Status("11", "Review", "indeterminate")],
        fields=[
            FieldInfo("summary", "Summary"),
            FieldInfo("customfield_1", "Story Points", True),
            FieldInfo("customfield_2", "Story Points", True),
        ],
        links=[],
    )
    found = fit(by_names(COLUMNS, project()), other, propose(other))
    told = {(one.part, one.word, one.kind) for one in found.misfits}
    assert told == {
        ("types", "Incident", "further"),
        ("statuses", "Done", "missing"),
        ("statuses", "Review", "further"),
        ("links", "blocks", "missing"),
        ("create_defaults", "Story", "missing"),
        *((one.part, one.word, one.kind) for one in found.misfits if one.word == "story_points"),
    }
    assert found.values["status_map"] == {"To Do": "10", "Review": "11"}
    assert found.values["type_map"] == {"Story": "1"}
    assert found.values["link_rules"] == []
    assert found.values["transition_defaults"] == {}


def test_of_several_fields_of_a_name_a_person_chooses() -> None:
    other = project(
        fields=[
            FieldInfo("customfield_7", "Value", True),
            FieldInfo("customfield_8", "Value", True),
        ]
    )
    content = {"fields": {"wsjf": "Value"}}
    found = fit(content, other, propose(other))
    (one,) = (misfit for misfit in found.misfits if misfit.part == "fields")
    assert (one.word, one.kind, one.must_decide) == ("wsjf", "several", True)
    assert set(one.choices) == {"customfield_7", "customfield_8"}
    chosen = fit(content, other, propose(other), {"fields": {"wsjf": "customfield_8"}})
    assert chosen.values["field_map"] == {"wsjf": "customfield_8"}
    left = fit(content, other, propose(other), {"fields": {"wsjf": ""}})
    assert left.values["field_map"] == {}
    assert not any(misfit.word == "wsjf" for misfit in left.misfits)


ELSEWHERE = {
    "types": [
        IssueType("301", "Aufgabe"),
        IssueType("302", "Epos"),
        IssueType("303", "Unteraufgabe", subtask=True),
    ]
}
LEVELS = {"301": 0, "302": 1, "303": -1}


def test_types_of_other_names_are_found_by_their_level() -> None:
    columns = {**COLUMNS, "type_map": {"Story": "1", "Feature": "2", "Sub-task": "5"}}
    here = project(types=[*project().types, IssueType("2", "Feature")])
    content = by_names(columns, here, {"1": 0, "2": 1, "5": -1})
    assert content["levels"] == {"Story": 0, "Feature": 1, "Sub-task": -1}
    other = project(**ELSEWHERE)
    found = fit(content, other, propose(other), levels=LEVELS)
    assert found.values["type_map"] == {"Story": "301", "Feature": "302", "Sub-task": "303"}
    told = {(one.word, one.name, one.kind) for one in found.misfits if one.part == "types"}
    assert told == {
        ("Story", "Aufgabe", "another"),
        ("Feature", "Epos", "another"),
        ("Sub-task", "Unteraufgabe", "another"),
    }


def test_of_several_types_of_a_level_a_person_chooses() -> None:
    content = by_names(COLUMNS, project(), {"1": 0})
    other = project(types=[*ELSEWHERE["types"], IssueType("304", "Fehler")])
    levels = {**LEVELS, "304": 0}
    found = fit(content, other, propose(other), levels=levels)
    (one,) = (misfit for misfit in found.misfits if misfit.word == "Story")
    assert (one.kind, one.must_decide) == ("level", True)
    assert dict(one.choices) == {"301": "Aufgabe", "304": "Fehler"}
    assert found.values["type_map"] == {}
    chosen = fit(content, other, propose(other), {"types": {"Story": "304"}}, levels)
    assert chosen.values["type_map"] == {"Story": "304"}


def test_a_level_that_the_project_does_not_have_is_missing() -> None:
    content = by_names(COLUMNS, project(), {"1": 0})
    other = project(types=[IssueType("302", "Epos")])
    found = fit(content, other, propose(other), levels=LEVELS)
    told = {(one.word, one.kind) for one in found.misfits if one.part == "types"}
    assert told == {("Story", "missing"), ("Epos", "further")}
