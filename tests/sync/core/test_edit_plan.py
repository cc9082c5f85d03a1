"""What of an item's fields is written, and what is left with which reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.core.edit_plan import KEPT, LOOP_TIMES, NOT_FLATTENED, FieldPlan, Situation, plan_fields
from sync.core.teams import LABEL, TeamSource
from sync.core.values import ABSENT, DOCUMENT, Rules

FIELDS = {
    "summary": "summary",
    "description": "description",
    "labels": "labels",
    "assignee": "assignee",
    "iteration": "sprint",
    "rank": "rank",
}
RULES = Rules("10000", "FALCON", {"Story": "1"}, FIELDS, {"To Do": "11"}, {})
BOARD = {
    "summary": "Brakes",
    "description": "",
    "status": "To Do",
    "story_points": None,
    "wsjf": None,
    "assignee": "",
    "reporter": "",
    "labels": [],
    "priority": "",
    "parent": None,
    "iteration": None,
    "team": None,
}
NOW = Situation("Story", BOARD, {}, {}, frozenset(), {}, {}, {}, frozenset(), (), {}, {})


def test_what_differs_is_written() -> None:
    plan = plan_fields(RULES, replace(NOW, differs={"summary": "Brakes", "status": "To Do"}))
    assert plan.values == {"summary": "Brakes", "status": "To Do"}
    assert (plan.out.fields, plan.out.status) == ({"summary": "Brakes"}, "11")
    assert plan == FieldPlan(plan.values, plan.out)


@pytest.mark.parametrize(("touched", "values"), [((), {}), (("summary",), {"summary": "Brakes"})])
def test_what_was_parked_goes_once_it_is_edited(
    touched: tuple[str, ...], values: dict[str, str]
) -> None:
    known = replace(NOW, differs={"summary": "Brakes"}, parked={"summary": "Too long."})
    assert plan_fields(RULES, replace(known, touched=frozenset(touched))).values == values


def test_a_status_that_is_not_mapped_cannot_be_said() -> None:
    known = replace(NOW, board={**BOARD, "status": "Odd"}, differs={"status": "Odd"})
    plan = plan_fields(RULES, known)
    assert plan.values == {}
    assert plan.unsaid == {"status": f"{KEPT}the status “Odd” is not mapped for FALCON."}
    assert plan.unmapped == ("status",)


def test_what_is_edited_and_not_mapped_stays() -> None:
    plan = plan_fields(
        RULES, replace(NOW, touched=frozenset({"wsjf", "status", "summary", "rank"}))
    )
    assert (plan.unmapped, plan.ranked) == (("wsjf",), True)


def test_a_field_that_is_set_back_again_and_again_is_held() -> None:
    known = replace(NOW, differs={"summary": "Brakes", "labels": ["a"]})
    lately = [{"summary": " Brakes "}] * LOOP_TIMES
    plan = plan_fields(RULES, replace(known, sent_lately=lately))
    assert "set to the same value 6 times" in plan.held["summary"]
    assert plan.values == {"labels": ["a"]}
    assert plan.out.fields == {"labels": ["a"]}
    assert plan_fields(RULES, replace(known, sent_lately=lately[1:])).held == {}


def test_the_first_reason_holds_and_only_what_would_be_written() -> None:
    lately = [{"assignee": "anna"}] * LOOP_TIMES
    known = replace(
        NOW,
        board={**BOARD, "description": "new"},
        touched=frozenset({"description"}),
        differs={"assignee": "anna"},
        untold={"description": DOCUMENT, "summary": ABSENT},
        nobody={"assignee": "Nobody is called “anna”.", "reporter": "Nobody."},
        sent_lately=lately,
    )
    plan = plan_fields(RULES, known)
    assert plan.held == {
        "assignee": "Nobody is called “anna”.",
        "description": NOT_FLATTENED,
    }
    assert plan.values == {}


def test_a_person_of_whom_jira_could_not_say_who_it_is_comes_later() -> None:
    known = replace(
        NOW, differs={"assignee": "anna", "summary": "Brakes"}, away=frozenset({"assignee"})
    )
    plan = plan_fields(RULES, known)
    assert (plan.late, plan.values) == ({"assignee": "anna"}, {"summary": "Brakes"})


def test_what_a_create_left_over_goes_where_jira_says_nothing_of_it() -> None:
    known = replace(NOW, touched=None, untold={"summary": ABSENT, "description": ABSENT})
    assert plan_fields(RULES, known).values == {"summary": "Brakes"}
    assert plan_fields(RULES, replace(known, touched=frozenset())).values == {}


def test_another_team_means_another_sprint() -> None:
    known = replace(
        NOW, board={**BOARD, "iteration": "i", "team": "t"}, touched=frozenset({"team"})
    )
    plan = plan_fields(RULES, replace(known, sprints={"i": 7}))
    assert (plan.values, plan.out.sprint) == ({"iteration": "i"}, (True, 7))
    assert "no sprint of the item's team" in plan_fields(RULES, known).unsaid["iteration"]


def test_labels_take_the_team_along_where_it_is_one_of_them() -> None:
    team = TeamSource(LABEL, values={"t": "team-t"})
    rules = replace(RULES, fields={**FIELDS, "team": "labels"}, team=team)
    known = replace(NOW, board={**BOARD, "team": "t"}, differs={"labels": ["a"]})
    plan = plan_fields(rules, known)
    assert plan.values == {"labels": ["a"], "team": "t"}
    assert sorted(plan.out.fields["labels"]) == ["a", "team-t"]
