"""What holds of every history of the core: the invariants I1 to I6 of the sync.

Nothing lost, nothing doubled, nothing echoed for ever, nothing deleted without evidence.
"""

from __future__ import annotations

from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from sync.core.echo import same
from sync.core.mapping import see
from tests.sync.machine.board import Board
from tests.sync.machine.inbound import NOWHERE, Steps
from tests.sync.machine.remote import RULES, Clock, Jira

OWN = ("summary", "story_points", "labels")  # each of their values is written once in a history
TURNS = 60


class Judged(RuleBasedStateMachine):
    """A machine that comes to rest at the end of its history, and is judged there."""

    clock: Clock
    jira: Jira
    board: Board
    at_work: dict[str, Steps]
    theirs: dict[tuple[str, str], tuple[Any, Any]]  # (issue, field) → moment, value
    ours: dict[tuple[str, str], tuple[Any, Any]]
    jira_deleted: set[str]

    def work(self, name: str, steps: int) -> None:
        """So many steps of this worker, as far as there are some."""
        raise NotImplementedError

    @invariant()
    def nothing_is_doubled(self) -> None:
        """I3. An issue that people deleted before anybody read it is made once more."""
        if hasattr(self, "jira"):
            marks = self.jira.marks()
            assert len(set(marks)) == len(marks)
            items = [pair.item for pair in self.board.pairs.values()]
            assert len(set(items)) == len(items)

    def teardown(self) -> None:
        if not hasattr(self, "jira"):
            return
        self.come_to_rest()
        writes, changes = self.jira.writes, len(self.board.changes)
        for _ in range(2):
            self.turn()
        assert (self.jira.writes, len(self.board.changes)) == (writes, changes), "I4: an echo"
        self.nothing_is_doubled()
        self.both_sides_are_equal()
        self.nothing_is_lost()
        self.nothing_is_deleted_without_evidence()

    def come_to_rest(self) -> None:
        self.jira.faults, self.jira.hooks_fault, self.jira.refused = [], "", set()
        for name in list(self.at_work):
            self.work(name, 100)
        for _ in range(TURNS):
            self.turn()
            if not self.board.under_way():
                return
        raise AssertionError(f"I1: never at rest: {self.board.under_way()}")

    def turn(self) -> None:
        self.clock.pass_by(400.0)
        for name in ("push", "drain", "compare"):
            self.work(name, 1000)

    def both_sides_are_equal(self) -> None:
        """I2 of creates, I5: every issue has an item, and every field is equal or flagged."""
        for issue, row in self.jira.rows.items():
            assert issue in self.board.pairs, f"I2: {row.key} is not on the board"
            pair = self.board.pairs[issue]
            if not pair.live:
                continue
            values = self.board.items[pair.item].values
            for name, theirs in see(RULES, NOWHERE, row.read()).values.items():
                equal = same(name, values[name], theirs)
                assert equal or self.board.flagged(pair.item, name), (
                    f"I5: {row.key} {name}: board {values[name]!r}, Jira {theirs!r}"
                )

    def nothing_is_lost(self) -> None:
        """I1, I2: the last edit of either side reached the other, or is kept where people see it."""
        for item in self.board.items.values():
            pair = self.board.pair_of(item.id)
            if item.deleted or (pair and not pair.live):
                continue
            if pair is None:
                rows = [row for row in self.board.changes.values() if row.item == item.id]
                parked = [row for row in rows if row.state == "parked"]
                assert parked, f"I1: {item.id} never reached Jira, and nothing says so"
                continue
            for name in OWN:
                self._not_lost(item.id, pair.remote, name)

    def _not_lost(self, item: str, issue: str, name: str) -> None:
        ours, theirs = self.ours.get((item, name)), self.theirs.get((issue, name))
        kept = [c.clash for c in self.board.conflicts if (c.item, c.clash.field) == (item, name)]
        told = self.board.flagged(item, name)
        in_jira = self.jira.held.get((issue, RULES.fields[name]), [])
        arrived = _when(name, in_jira, ours)
        assert not ours or arrived or told or any(same(name, c.board, ours[1]) for c in kept), (
            f"I1: {item} {name}: the board's {ours} is lost"
        )
        reached = _when(name, self.board.held[item, name], theirs)
        assert not theirs or reached or told or any(same(name, c.jira, theirs[1]) for c in kept), (
            f"I2: {issue} {name}: Jira's {theirs} is lost"
        )
        if kept or told or not (ours and theirs):
            return
        final = self.board.items[item].values[name]
        if arrived and arrived < theirs[0]:
            assert same(name, final, theirs[1]), f"I2: {issue} {name}: newer {theirs} was replaced"
        if reached and reached < ours[0]:
            assert same(name, final, ours[1]), f"I1: {item} {name}: newer {ours} was replaced"

    def nothing_is_deleted_without_evidence(self) -> None:
        """I6."""
        for item in self.board.items.values():
            pair = self.board.pair_of(item.id)
            if item.deleted_by == "person":
                waits = self.board.under_way(item.id)
                assert pair is None or pair.remote not in self.jira.rows or waits
            elif item.deleted:
                assert pair is not None
                assert pair.remote in self.jira_deleted
            elif pair is not None and pair.remote in self.jira_deleted:
                raise AssertionError(f"I6: {pair.remote} was deleted in Jira and stays")


def _when(name: str, history: list[tuple[Any, Any]], wanted: tuple[Any, Any] | None) -> Any:
    """When this value first stood there; None if it never did."""
    moments = [at for at, value in history if wanted and same(name, value, wanted[1])]
    return moments[0] if moments else None
