"""Sprints in every form in which Jira writes them into a field."""

from datetime import UTC, datetime

import pytest

from jira_client.parse import sprints_in

PREFIX = "com.atlassian.greenhopper.service.sprint.Sprint@1f"
STRING = (
    f"{PREFIX}[id=7,rapidViewId=2,state=ACTIVE,name=S, 1 [a=b],startDate=2026-11-23T10:00:00.000+01:00,"
    "endDate=<null>,completeDate=<null>,activatedDate=<null>,sequence=7,goal=Ship it, then [rest],"
    "autoStartStop=false,synced=false]"
)


def test_a_string_is_cut_at_its_keys() -> None:
    (one,) = sprints_in([STRING])
    assert (one.id, one.board_id, one.state) == (7, 2, "active")
    assert one.name == "S, 1 [a=b]"
    assert one.goal == "Ship it, then [rest]"
    assert one.start == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert one.end is None


def test_an_object() -> None:
    (one,) = sprints_in([{"id": 3, "name": "S", "state": "closed", "boardId": 4, "goal": None}])
    assert (one.id, one.state, one.board_id, one.goal) == (3, "closed", 4, "")


@pytest.mark.parametrize("value", [None, [], [None], "", "3", ["no sprint"], [f"{PREFIX}[name=x]"]])
def test_nothing_is_nothing(value: object) -> None:
    assert sprints_in(value) == ()


def test_one_alone_and_several_in_order() -> None:
    assert [s.id for s in sprints_in(STRING)] == [7]
    assert [s.id for s in sprints_in([STRING, STRING.replace("id=7,r", "id=9,r")])] == [7, 9]
