"""Folding the outbox: order per item, ten edits one write, nothing dropped that Jira may have seen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync.core.coalesce import Folded, Pending, fold

KINDS = ["create", "edit", "delete", "link", "unlink"]


def rows(draws: list[tuple[str, str, str, bool]]) -> list[Pending]:
    return [
        Pending(number, item, kind, link if kind in ("link", "unlink") else "", ("summary",), sent)
        for number, (item, kind, link, sent) in enumerate(draws, start=1)
    ]


DRAWS = st.lists(
    st.tuples(
        st.sampled_from(["i1", "i2", "i3"]),
        st.sampled_from(KINDS),
        st.sampled_from(["l1", "l2"]),
        st.booleans(),
    ),
    max_size=12,
)


@given(DRAWS)
def test_every_change_is_worked_on_or_dropped_once(draws):
    changes = rows(draws)
    folded = fold(changes)
    worked = [
        key
        for work in folded.work
        for part in (work.creates, work.edits, work.links, work.unlinks, work.deletes)
        for key in part
    ]
    assert sorted([*worked, *folded.dropped]) == [change.change for change in changes]


@given(DRAWS)
def test_a_create_that_may_have_reached_jira_is_never_dropped(draws):
    changes = rows(draws)
    dropped = set(fold(changes).dropped)
    assert not [c for c in changes if c.change in dropped and c.kind == "create" and c.sent]


def test_many_edits_of_an_item_are_one_piece_of_work():
    changes = [Pending(n, "i1", "edit", fields=(name,)) for n, name in enumerate("abc", 1)]
    (work,) = fold(changes).work
    assert work.edits == (1, 2, 3)
    assert work.fields == {"a", "b", "c"}


def test_created_and_deleted_unsent_needs_no_call():
    changes = [Pending(1, "i1", "create"), Pending(2, "i1", "edit"), Pending(3, "i1", "delete")]
    assert fold(changes).dropped == (1, 2, 3)


def test_a_link_drawn_and_removed_unsent_needs_no_call():
    changes = [Pending(1, "i1", "link", "l1"), Pending(2, "i1", "unlink", "l1")]
    assert fold(changes) == Folded((), (1, 2))
