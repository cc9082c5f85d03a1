"""Which of theirs is which of ours: by tables, and by properties over anything."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sync.core import site_match
from sync.core.site_match import (
    CERTAIN,
    IssueFacts,
    PersonFacts,
    SprintFacts,
    Thing,
    Verdict,
)

MADE, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
OURS = IssueFacts("10", "F-1", "Pay by card", MADE)


@pytest.mark.parametrize(
    ("theirs", "verdict"),
    [
        (IssueFacts("99", "F-1", "Pay by card", MADE), "same"),
        (IssueFacts("99", "F-1", "pay  by CARD", MADE), "same"),
        (IssueFacts("99", "F-1", "Renamed", MADE), "changed"),
        (IssueFacts("99", "F-1", "Pay by card", LATER), "changed"),
        (IssueFacts("99", "F-1", "Pay by card", None), "changed"),
        (IssueFacts("99", "F-1", "Payroll", LATER), "uncertain"),
        (IssueFacts("99", "F-1", "Payroll", None), "uncertain"),
        (IssueFacts("10", "F-2", "Pay by card", MADE), "missing"),
    ],
)
def test_an_issue(theirs: IssueFacts, verdict: str):
    (found,) = site_match.issues([OURS], [theirs])
    assert found.verdict == verdict
    assert (found.theirs is None) == (verdict not in CERTAIN)


def test_without_witnesses_a_key_is_nothing():
    bare = IssueFacts("1", "F-1", "", None)
    (found,) = site_match.issues([bare], [IssueFacts("9", "F-1", "", None)])
    assert found.verdict == Verdict.UNCERTAIN


@pytest.mark.parametrize(
    ("theirs", "verdict"),
    [
        ([Thing("9", "Done", "done")], "changed"),
        ([Thing("3", "Done", "done")], "same"),
        ([Thing("9", "done ", "done")], "changed"),
        ([Thing("9", "Done", "new")], "uncertain"),
        ([Thing("9", "Done", "")], "changed"),
        ([Thing("8", "Done", "done"), Thing("9", "Done", "done")], "uncertain"),
        ([Thing("8", "Done", "new"), Thing("9", "Done", "done")], "changed"),
        ([Thing("9", "Closed", "done")], "missing"),
        ([], "missing"),
    ],
)
def test_a_status(theirs: list[Thing], verdict: str):
    (found,) = site_match.things([Thing("3", "Done", "done")], theirs)
    assert found.verdict == verdict
    if verdict in CERTAIN:
        assert found.theirs is not None
        assert found.theirs.kind in ("done", "")


@pytest.mark.parametrize(
    ("theirs", "verdict"),
    [
        ([SprintFacts(9, "S 1", date(2026, 1, 1), date(2026, 1, 14))], "changed"),
        ([SprintFacts(1, "S 1", date(2026, 1, 1), date(2026, 1, 14))], "same"),
        ([SprintFacts(9, "S 1", None, None)], "changed"),
        ([SprintFacts(9, "S 1", date(2027, 1, 1), date(2027, 1, 14))], "uncertain"),
        ([SprintFacts(8, "S 1"), SprintFacts(9, "S 1")], "uncertain"),
        ([SprintFacts(9, "S 2", date(2026, 1, 1), date(2026, 1, 14))], "missing"),
    ],
)
def test_a_sprint(theirs: list[SprintFacts], verdict: str):
    ours = SprintFacts(1, "S 1", date(2026, 1, 1), date(2026, 1, 14))
    (found,) = site_match.sprints([ours], theirs)
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        (PersonFacts("tom", "Tom F", "t@x"), [PersonFacts("a1", "Thomas", "T@x")], "changed"),
        (PersonFacts("tom", "Tom F"), [PersonFacts("a1", "tom f")], "changed"),
        (PersonFacts("tom", "Tom F"), [PersonFacts("tom", "Tom F")], "same"),
        (PersonFacts("tom", "Tom F"), [PersonFacts("1", "Tom F"), PersonFacts("2", "Tom F")], "uncertain"),
        (PersonFacts("tom", "Tom F", "t@x"), [PersonFacts("tom", "Tom F", "other@y")], "missing"),
        (PersonFacts("tom", ""), [PersonFacts("tom", "")], "missing"),
    ],
)  # fmt: skip
def test_a_person(ours: PersonFacts, theirs: list[PersonFacts], verdict: str):
    assert site_match.person(ours, theirs).verdict == verdict


def test_two_of_ours_do_not_become_one_of_theirs():
    one, other, there = (PersonFacts(key, "Tom F") for key in ("tom", "tom2", "acc"))
    both = [site_match.person(mine, [there]) for mine in (one, other)]
    assert {found.verdict for found in site_match.apart(both, lambda found: found.id)} == {
        "uncertain"
    }


FACTS = some.builds(
    IssueFacts,
    id=some.integers(1, 30).map(str),
    key=some.integers(1, 6).map(lambda n: f"F-{n}"),
    summary=some.sampled_from(["", "A", "B", "a"]),
    made=some.sampled_from([None, MADE, LATER]),
)
THINGS = some.builds(
    Thing,
    id=some.integers(1, 30).map(str),
    name=some.sampled_from(["", "A", "B", "a"]),
    kind=some.sampled_from(["", "x", "y"]),
)


def of_one_jira(strategy):
    return some.lists(strategy, max_size=8, unique_by=lambda one: one.id)


@given(of_one_jira(FACTS), of_one_jira(FACTS))
def test_no_issue_is_matched_to_two_and_the_order_does_not_matter(ours, theirs):
    found = site_match.issues(ours, theirs)
    certain = [one for one in found if one.verdict in CERTAIN]
    assert len({one.theirs.id for one in certain}) == len(certain)
    assert len({one.ours.id for one in certain}) == len(certain)
    for one in found:
        assert (one.theirs is not None) == (one.verdict in CERTAIN)
    again = site_match.issues(ours[::-1], theirs[::-1])
    assert [(one.ours, one.theirs) for one in again[::-1]] == [(m.ours, m.theirs) for m in found]


@given(of_one_jira(FACTS), of_one_jira(FACTS))
def test_what_is_matched_one_way_is_matched_the_other(ours, theirs):
    there = {(m.ours.id, m.theirs.id) for m in site_match.issues(ours, theirs) if m.theirs}
    back = {(m.theirs.id, m.ours.id) for m in site_match.issues(theirs, ours) if m.theirs}
    assert there == back


@given(of_one_jira(FACTS), of_one_jira(FACTS))
def test_without_an_agreeing_witness_nothing_is_certain(ours, theirs):
    for one in site_match.issues(ours, theirs):
        if one.theirs is not None:
            assert one.ours.key == one.theirs.key
            text = one.ours.summary.lower() == one.theirs.summary.lower() != ""
            assert text or (one.ours.made is not None and one.ours.made == one.theirs.made)


@given(of_one_jira(THINGS), of_one_jira(THINGS))
def test_things_after_apart_are_one_to_one(ours, theirs):
    found = site_match.apart(site_match.things(ours, theirs), lambda one: one.id)
    certain = [one.theirs.id for one in found if one.theirs is not None]
    assert len(certain) == len(set(certain))
    for one in found:
        if one.theirs is not None:
            assert one.ours.name.lower() == one.theirs.name.lower() != ""
            assert not (one.ours.kind and one.theirs.kind) or one.ours.kind == one.theirs.kind
