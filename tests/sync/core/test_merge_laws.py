"""The merge, for any three values: nothing lost, nothing doubled, and both sides end equal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.echo import normal
from sync.core.merge import Policy, merge

FIELDS = ("summary", "story_points", "labels", "iteration")
VALUES = {
    "summary": st.sampled_from(["", "a", "b", " a ", "c"]),
    "story_points": st.sampled_from([None, 0, 1, 1.0, 2.5, "3"]),
    "labels": st.lists(st.sampled_from(["x", "y", "z"]), max_size=3),
    "iteration": st.sampled_from([None, "", "i1", "i2"]),
}
ITEM = st.fixed_dictionaries(VALUES)
POLICIES = st.sampled_from(list(Policy))


def after(side: dict, writes: dict) -> dict:
    return {name: normal(name, value) for name, value in {**side, **writes}.items()}


@given(ITEM, ITEM, ITEM, st.sampled_from([Policy.JIRA_WINS, Policy.BOARD_WINS]))
def test_both_sides_end_equal_once_each_has_what_it_is_given(base, board, jira, policy):
    outcome = merge(base, board, jira, policy)
    assert after(board, outcome.take) == after(jira, outcome.to_send)


@given(ITEM, ITEM, ITEM, POLICIES)
def test_one_field_never_travels_both_ways(base, board, jira, policy):
    outcome = merge(base, board, jira, policy)
    assert not set(outcome.take) & set(outcome.to_send)


@given(ITEM, ITEM, ITEM, POLICIES)
def test_a_field_that_only_one_side_changed_is_no_conflict(base, board, jira, policy):
    clashing = {clash.field for clash in merge(base, board, jira, policy).clashes}
    for name in FIELDS:
        ours, theirs = normal(name, board[name]), normal(name, jira[name])
        agreed = normal(name, base[name])
        both = ours != agreed and theirs != agreed and ours != theirs
        assert (name in clashing) == both


@given(ITEM, ITEM, ITEM, POLICIES)
def test_every_edit_arrives_or_is_visible(base, board, jira, policy):
    outcome = merge(base, board, jira, policy)
    told = {clash.field: clash for clash in outcome.clashes}
    for name in FIELDS:
        ours, agreed = normal(name, board[name]), normal(name, base[name])
        if ours != agreed and ours != normal(name, jira[name]):
            assert outcome.to_send.get(name) == ours or told[name].board == ours


@given(ITEM, ITEM, ITEM, POLICIES)
def test_merging_again_after_everything_arrived_changes_nothing(base, board, jira, policy):
    first = merge(base, board, jira, policy)
    ours, theirs = after(board, first.take), after(jira, first.to_send)
    agreed = {**first.agreed, **first.to_send}
    again = merge(agreed, ours, theirs, policy)
    assert not again.take
    assert not again.to_send
    assert {c.field for c in again.clashes} <= {c.field for c in first.clashes if not c.taken}


@given(ITEM, ITEM)
def test_an_echo_of_our_own_write_does_nothing(base, board):
    outcome = merge(base, board, board, Policy.ASK)
    assert (outcome.take, outcome.to_send, outcome.clashes) == ({}, {}, ())


def test_what_jira_did_not_answer_is_left_alone():
    outcome = merge({"summary": "a"}, {"summary": "b"}, {}, Policy.JIRA_WINS)
    assert (outcome.take, outcome.to_send) == ({}, {})
    assert outcome.agreed == {"summary": "a"}


def test_a_field_without_a_base_takes_jiras_value():
    assert merge({}, {"summary": "b"}, {"summary": "a"}, Policy.BOARD_WINS).take == {"summary": "a"}


@pytest.mark.parametrize(
    ("policy", "take", "to_send", "taken"),
    [
        (Policy.JIRA_WINS, {"summary": "jira"}, {}, "jira"),
        (Policy.BOARD_WINS, {}, {"summary": "board"}, "board"),
        (Policy.ASK, {}, {}, ""),
    ],
)
def test_the_policy_decides_and_the_conflict_is_kept(policy, take, to_send, taken):
    outcome = merge({"summary": "base"}, {"summary": "board"}, {"summary": "jira"}, policy)
    assert (outcome.take, outcome.to_send) == (take, to_send)
    (clash,) = outcome.clashes
    assert (clash.base, clash.board, clash.jira, clash.taken) == ("base", "board", "jira", taken)
