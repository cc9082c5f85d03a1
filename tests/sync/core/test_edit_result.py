"""What came of a plan's parts, joined."""

from __future__ import annotations

import uuid

import pytest

from jira_client.errors import Truncated
from sync.core.edit_result import EditResult, together

ONE, OTHER = uuid.uuid4(), uuid.uuid4()


def test_a_later_part_adds_to_what_came_of_the_earlier_one() -> None:
    fields = EditResult(accepted={"summary": "Brakes"}, refused={"labels": "No."})
    failed = Truncated("Later.")
    sprint = EditResult(refused={"iteration": "Closed."}, failure=failed)
    rank = EditResult(accepted={"rank": "b"}, untried=True)
    assert fields.joined(sprint).joined(rank) == EditResult(
        accepted={"summary": "Brakes", "rank": "b"},
        refused={"labels": "No.", "iteration": "Closed."},
        failure=failed,
        untried=True,
    )


@pytest.mark.parametrize(
    ("result", "ended", "touched"),
    [
        (EditResult(), False, False),
        (EditResult(accepted={"summary": "Brakes"}, refused={"labels": "No."}), False, True),
        (EditResult(passed={"status": "Doing"}, failure=Truncated("Later.")), True, True),
        (EditResult(fault=ValueError()), True, False),
        (EditResult(untried=True), True, False),
    ],
)
def test_whether_it_ended_and_whether_the_issue_was_written(
    result: EditResult, ended: bool, touched: bool
) -> None:
    assert (result.ended, result.touched) == (ended, touched)


def test_each_item_keeps_its_own() -> None:
    accepted, refused = EditResult(accepted={"rank": "b"}), EditResult(refused={"rank": "No."})
    assert together({ONE: EditResult(), OTHER: refused}, {ONE: accepted}) == {
        ONE: accepted,
        OTHER: refused,
    }
