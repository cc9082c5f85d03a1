"""Two filters that share a project are proved apart by a field of theirs, or not at all."""

from __future__ import annotations

import pytest

from jira_client.filter_demands import ANYTHING, alternatives
from jira_client.values import FieldInfo
from sync.core.disjoint import FilterFields, cannot_overlap

_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
FIELDS = FilterFields.of(
    [
        FieldInfo("issuetype", "Issue Type"),
        FieldInfo("components", "Components"),
        FieldInfo("labels", "Labels"),
        FieldInfo(
            "customfield_1",
            "Team",
            True,
            "team",
            None,
            "com.atlassian.teams:rm-teams-custom-field-team",
        ),
        FieldInfo("customfield_2", "Train", True, "option", None, f"{_TYPES}select"),
        FieldInfo("customfield_3", "Trains", True, "array", "option", f"{_TYPES}multiselect"),
        FieldInfo("customfield_4", "Wave", True, "number", None, f"{_TYPES}float"),
        FieldInfo("customfield_5", "Twice", True, "option", None, f"{_TYPES}select"),
        FieldInfo("customfield_6", "Twice", True, "option", None, f"{_TYPES}select"),
    ]
)

APART = [
    ('"Team" = 1', '"Team" = 2'),
    ("Team in (1, 2)", "cf[1] in (3)"),
    ("Train = Red", "Train = 'Blue'"),
    ("Train = Red", "Train != Red"),
    ("Train = Red", "Train not in (Red, Blue)"),
    ("Train is EMPTY", "Train is not EMPTY"),
    ("Train is EMPTY", "Train != Red"),
    ("Train in (Red, EMPTY)", "Train not in (Red)"),
    ("Train = EMPTY", "Train = Red"),
    ("Trains = Red", "Trains != Red"),
    ("labels is EMPTY", "labels in (a, b)"),
    ("component = A", "component not in (A, B)"),
    ("issuetype in (Epic, Feature)", "type in (Story, Bug)"),
    ("priority = High AND labels = a", "labels = b AND (priority = Low)"),
    ("Wave = 1", "Wave = 2"),
    ("Train = Red OR Train = Blue", "Train = Green"),
    ('summary ~ "x (y" AND Train = Red', "Train = Blue and reporter = currentUser()"),
    ("Train=Red&&labels=a", "NOT labels = b AND Train=Blue"),
    ("status was Open BEFORE '2026-01-01' AND Train = Red", "Train = Blue"),
]
NOT_PROVED = [
    ("component = A", "component = B"),
    ("labels = a", "labels = b"),
    ("Trains = Red", "Trains = Blue"),
    ("Trains in (Red, Blue)", "Trains not in (Red)"),
    ("Train = Red", "Train = red"),
    ("Train = Red", "Train = 10001"),
    ("Train = 10002", "Train = 10001"),
    ("Wave = 1", "Wave = 1.0"),
    ("Team = 1", "Team = Red"),
    ("labels = PI", "labels != pi"),
    ("Train != Red", "Train is not EMPTY"),
    ("Train in (Red, EMPTY)", "Train in (Blue, EMPTY)"),
    ("Twice = Red", "Twice = Blue"),
    ("Train = Red", "priority = Low"),
    ("Train = Red OR labels = a", "Train = Blue"),
    ("NOT Train = Red", "Train = Red"),
    ("Train = Red", "Train = red()"),
    ("issuetype in standardIssueTypes()", "issuetype in (Bug)"),
    ("Train was Red", "Train = Blue"),
    ("Train = Red", ""),
    ("assignee = ann", "assignee = bob"),
    (r'Train = "R\u0065d"', "Train = Red"),
    ("Train = Red Blue", "Train = Green"),
    ("Train = Red AND", "Train = Blue"),
]


@pytest.mark.parametrize(("one", "other"), APART)
def test_apart(one: str, other: str) -> None:
    assert cannot_overlap(one, other, FIELDS)
    assert cannot_overlap(other, one, FIELDS)


@pytest.mark.parametrize(("one", "other"), NOT_PROVED)
def test_not_proved(one: str, other: str) -> None:
    assert not cannot_overlap(one, other, FIELDS)
    assert not cannot_overlap(other, one, FIELDS)


@pytest.mark.parametrize("text", ["", "(", "a = (", "a in (1", ")", "= 1", "a", "((((" * 5000])
def test_what_cannot_be_read_demands_nothing(text: str) -> None:
    assert alternatives(text) == (ANYTHING,)


def test_as_many_alternatives_as_are_worth_it() -> None:
    many = " AND ".join(f"(a{n} = 1 OR b{n} = 2)" for n in range(12))
    assert 0 < len(alternatives(many)) <= 64
