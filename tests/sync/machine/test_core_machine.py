"""Any history of a board, a Jira and their faults ends with both sides equal, or says where not.

The invariants I1 to I6 are those of the sync: nothing lost, nothing doubled, nothing echoed for ever,
nothing deleted without evidence.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sync.core.echo import normal, same
from sync.core.mapping import OPERATION_PROPERTY, see
from sync.core.merge import Policy
from tests.sync.machine.board import Board
from tests.sync.machine.inbound import NOWHERE, Steps
from tests.sync.machine.remote import FAULTS, RULES, Clock, Jira
from tests.sync.machine.today import of_today
from tests.sync.machine.workers import Sync

OWN = ("summary", "story_points", "labels")  # each of their values is written once in a history
ENTERED = st.sampled_from(list(RULES.fields))
PICK = st.integers(min_value=0, max_value=99)
TURNS = 60


class CoreMachine(RuleBasedStateMachine):
    @initialize(policy=st.sampled_from(Policy), seed=st.integers(min_value=0, max_value=9))
    def begin(self, policy: Policy, seed: int) -> None:
        self.clock = Clock()
        self.jira = Jira(self.clock, seed)
        self.board = Board(self.clock)
        self.sync = Sync(self.board, self.jira, policy)
        self.at_work: dict[str, Steps] = {}
        self.numbers = 0
        self.theirs: dict[tuple[str, str], tuple[Any, Any]] = {}  # (issue, field) → moment, value
        self.ours: dict[tuple[str, str], tuple[Any, Any]] = {}
        self.jira_deleted: set[str] = set()

    def fresh(self, name: str, pick: int) -> Any:
        self.numbers += 1
        values = {
            "story_points": float(self.numbers),
            "labels": [f"l{self.numbers}"],
            "status": ("To Do", "Doing", "Done")[pick % 3],
            "assignee": ("anna", "ben", None)[pick % 3],
            "description": ("", "a\nb", "a\r\nb  ")[pick % 3],
        }
        return values.get(name, f"s{self.numbers}")

    # ── People on the board ──────────────────────────────────────────────────────────────────────
    @rule(pick=PICK)
    def create_on_board(self, pick: int) -> None:
        names = OWN[: 1 + pick % 3]
        values = {name: self.fresh(name, pick) for name in names}
        item = self.board.create(values)
        self._note_ours(item.id, values)

    @rule(name=ENTERED, pick=PICK)
    def edit_on_board(self, name: str, pick: int) -> None:
        here = [item for item in self.board.items.values() if not item.deleted]
        if here:
            item, value = here[pick % len(here)].id, self.fresh(name, pick)
            self.board.edit(item, name, value)
            self._note_ours(item, {name: value})

    def _note_ours(self, item: str, values: dict[str, Any]) -> None:
        for name, value in values.items():
            self.ours[item, name] = self.clock.now, normal(name, value)

    @rule(pick=PICK)
    def delete_on_board(self, pick: int) -> None:
        here = [item for item in self.board.items.values() if not item.deleted]
        if here and pick % 2:
            self.board.delete(here[pick % len(here)].id)

    @rule(pick=PICK, take=st.sampled_from(["board", "jira"]))
    def decide_on_board(self, pick: int, take: str) -> None:
        """Also after the policy has decided; of what is deleted there is nothing to decide."""
        here = [
            (one, pair)
            for one in self.board.conflicts
            if (pair := self.board.pair_of(one.item))
            and pair.live
            and not self.board.items[one.item].deleted
        ]
        if not here:
            return
        one, pair = here[pick % len(here)]
        name = one.clash.field
        if one.open:
            pair.agreed[name] = one.clash.jira
        one.open = False
        chosen = {name: getattr(one.clash, take)}
        self.board.write(one.item, chosen)
        self.board.queue(one.item, "edit", (name,))
        self._note_ours(one.item, chosen)  # in the place of what was on the board, also if newer
        for row in self.board.changes.values():
            if row.item == one.item and row.state == "conflict" and name in row.fields:
                row.state = "settled"

    # ── People in Jira ───────────────────────────────────────────────────────────────────────────
    @rule(pick=PICK)
    def create_in_jira(self, pick: int) -> None:
        words = {name: self.fresh(name, pick) for name in OWN[: 1 + pick % 3]}
        row = self.jira.make({RULES.fields[name]: value for name, value in words.items()})
        for name, value in words.items():
            self.theirs[row.id, name] = row.updated, normal(name, value)

    @rule(name=ENTERED, pick=PICK)
    def edit_in_jira(self, name: str, pick: int) -> None:
        if not self.jira.rows:
            return
        issue = list(self.jira.rows)[pick % len(self.jira.rows)]
        self._edit_there(issue, name, self.fresh(name, pick))

    def _edit_there(self, issue: str, name: str, value: Any) -> None:
        raw = value
        if name == "status":
            raw = {"id": RULES.statuses[value], "name": value}
        elif name == "assignee" and value:
            raw = {"accountId": value}
        self.jira.set(issue, {RULES.fields[name]: raw}, "anna")
        self.theirs[issue, name] = self.jira.rows[issue].updated, normal(name, value)

    @rule(name=st.sampled_from(OWN), pick=PICK)
    def edit_on_both_sides(self, name: str, pick: int) -> None:
        """One field of one item and its issue, which need not know of each other yet."""
        rows = list(self.jira.rows.values())
        row = rows[pick % len(rows)] if rows else None
        pair = self.board.pairs.get(row.id) if row else None
        mark = row.properties.get(OPERATION_PROPERTY) if row else None
        item = pair.item if pair else mark["item"] if mark else ""
        if row is None or not item or self.board.items[item].deleted:
            return
        value = self.fresh(name, pick)
        self.board.edit(item, name, value)
        self._note_ours(item, {name: value})
        self._edit_there(row.id, name, self.fresh(name, pick))

    @rule(pick=PICK)
    def delete_in_jira(self, pick: int) -> None:
        if self.jira.rows and pick % 2:
            issue = list(self.jira.rows)[pick % len(self.jira.rows)]
            self.jira.remove(issue)
            self.jira_deleted.add(issue)

    # ── What goes wrong ──────────────────────────────────────────────────────────────────────────
    @rule(faults=st.lists(st.sampled_from(["", *FAULTS]), min_size=1, max_size=6))
    def fail(self, faults: list[str]) -> None:
        self.jira.faults = faults

    @rule(kind=st.sampled_from(["", "lost", "doubled", "reordered"]))
    def disturb_webhooks(self, kind: str) -> None:
        self.jira.hooks_fault = kind

    @rule(names=st.sets(st.sampled_from(["labels", "customfield_1"])))
    def refuse_fields(self, names: set[str]) -> None:
        self.jira.refused = names

    @precondition(lambda self: self.at_work)
    @rule(pick=PICK)
    def crash(self, pick: int) -> None:
        name = sorted(self.at_work)[pick % len(self.at_work)]
        del self.at_work[name]

    # ── Workers ──────────────────────────────────────────────────────────────────────────────────
    @rule(name=st.sampled_from(["push", "drain", "compare"]), steps=st.integers(1, 12))
    def work(self, name: str, steps: int) -> None:
        worker = self.at_work.setdefault(name, getattr(self.sync, name)())
        for _ in range(steps):
            if next(worker, None) is None:
                del self.at_work[name]
                return

    @rule(seconds=st.sampled_from([1.0, 10.0, 40.0, 80.0, 400.0]))
    def wait(self, seconds: float) -> None:
        # A call ends within a minute and its worker goes on then: nobody sleeps in mid-step.
        if seconds > 40.0:
            self.at_work.clear()
        self.clock.pass_by(seconds)

    # ── The invariants ───────────────────────────────────────────────────────────────────────────
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


SAME_EACH_TIME = settings(
    max_examples=1000,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
NEW_EACH_DAY = settings(SAME_EACH_TIME, max_examples=300, derandomize=False)


@pytest.mark.slow
def test_every_history_ends_well() -> None:
    run_state_machine_as_test(CoreMachine, settings=SAME_EACH_TIME)


@pytest.mark.slow
def test_every_history_of_today_ends_well() -> None:
    run_state_machine_as_test(of_today(CoreMachine), settings=NEW_EACH_DAY)
