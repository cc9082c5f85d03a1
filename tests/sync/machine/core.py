"""The core's machine: people on a board and in a Jira, faults, and workers that stop anywhere."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from sync.core.echo import normal
from sync.core.mapping import OPERATION_PROPERTY
from sync.core.merge import Policy
from tests.sync.machine.board import Board
from tests.sync.machine.inbound import Steps
from tests.sync.machine.laws import OWN, Judged
from tests.sync.machine.remote import FAULTS, RULES, Clock, Jira
from tests.sync.machine.workers import Sync

ENTERED = st.sampled_from(list(RULES.fields))
PICK = st.integers(min_value=0, max_value=99)


class CoreMachine(Judged):
    @initialize(policy=st.sampled_from(Policy), seed=st.integers(min_value=0, max_value=9))
    def begin(self, policy: Policy, seed: int) -> None:
        self.clock = Clock()
        self.jira = Jira(self.clock, seed)
        self.board = Board(self.clock)
        self.sync = Sync(self.board, self.jira, policy)
        self.at_work: dict[str, Steps] = {}
        self.numbers = 0
        self.theirs: dict[tuple[str, str], tuple[Any, Any]] = {}
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
