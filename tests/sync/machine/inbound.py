"""The sync's workers in memory, deciding by sync.core alone, as generators: what reads Jira.

Each `yield` is an edge: a commit has just happened, or a call has just been answered. A history may
let anything happen there, and may drop the generator: that is a crash.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from jira_client.values import Issue
from sync.core.echo import same
from sync.core.history import began_with
from sync.core.mapping import see
from sync.core.merge import Policy, merge
from sync.core.values import Lookups, Values
from tests.sync.machine.board import EMPTY, Board, Change, Pair
from tests.sync.machine.remote import RULES, Delivery, Failed, Jira

NOWHERE = Lookups()
APART = 30.0  # seconds between two looks at what is not there

Steps = Iterator[str]


class Inbound:
    def __init__(self, board: Board, jira: Jira, policy: Policy) -> None:
        self.board, self.jira, self.policy = board, jira, policy
        self.clock = board.clock

    # ── Inbound ──────────────────────────────────────────────────────────────────────────────────
    def drain(self) -> Steps:
        hints, began = list(self.jira.hooks), self.clock.tick()
        if not hints:
            return
        try:
            issues, missing = self.jira.read(sorted({hint.issue for hint in hints}))
        except Failed:
            return
        yield "drain.read"
        self.take_in(issues, began)
        deleted = {hint.issue for hint in hints if hint.event == "jira:issue_deleted"}
        self.note_missing(missing, deleted)
        self._done(hints)
        yield "drain.applied"

    def _done(self, hints: list[Delivery]) -> None:
        for hint in hints:
            if hint in self.jira.hooks:
                self.jira.hooks.remove(hint)

    def compare(self) -> Steps:
        """Poll and census in one: every issue is read."""
        began = self.clock.tick()
        try:
            issues, _ = self.jira.read()
        except Failed:
            return
        yield "poll.read"
        self.take_in(issues, began)
        there = {issue.id for issue in issues}
        # A pair that was made after the read began says nothing by its absence.
        known = [one.remote for one in self.board.pairs.values() if one.read_at < began]
        self.note_missing(set(known) - there, set())
        yield "poll.applied"

    def note_missing(self, missing: set[str], deleted: set[str]) -> None:
        for pair in [self.board.pairs[one] for one in missing if one in self.board.pairs]:
            apart = pair.absent_since and (self.clock.now - pair.absent_since).seconds >= APART
            if pair.live and (pair.remote in deleted or apart):
                pair.live = False
                item = self.board.items[pair.item]
                item.deleted_by = item.deleted_by or "jira"
                item.deleted = True
            pair.absent_since = pair.absent_since or self.clock.now

    def take_in(
        self, issues: list[Issue], began: datetime, sent: Mapping[str, Values] | None = None
    ) -> dict[str, Any]:
        """Merge what was read; item → values that Jira should get."""
        to_send: dict[str, Any] = {}
        for issue in issues:
            seen = see(RULES, NOWHERE, issue)
            pair = self.board.pairs.get(issue.id) or self._adopt(issue.id, seen.operation)
            if pair is None:
                item = self.board.insert(seen.values)
                agreed = dict(seen.values)
                self.board.pairs[issue.id] = Pair(item.id, issue.id, agreed, began, issue.updated)
            elif values := self._merge_in(pair, issue, seen.values, began, sent or {}):
                to_send[pair.item] = values
        return to_send

    def _adopt(self, remote: str, operation: str) -> Pair | None:
        rows = [row for row in self.board.changes.values() if row.kind == "create"]
        mine = next((row for row in rows if row.operation == operation), None)
        return mine and (self.board.pair_of(mine.item) or self._bind(mine, remote))

    def _bind(self, create: Change, remote: str) -> Pair:
        long_ago = self.clock.now.replace(year=2020)
        pair = Pair(create.item, remote, dict(create.sent), long_ago)
        self.board.pairs[remote] = pair
        return pair

    def _merge_in(
        self, pair: Pair, issue: Issue, theirs: Values, began: datetime, sent: Mapping[str, Values]
    ) -> Values:
        item = self.board.items[pair.item]
        old = pair.updated and issue.updated and issue.updated < pair.updated
        if not pair.live or item.deleted or pair.remote != issue.id or began < pair.read_at or old:
            return {}
        ours = dict(item.values)
        missed = {n: v for n, v in theirs.items() if pair.updated is None and ours[n] not in EMPTY}
        first = began_with(RULES, NOWHERE, issue.history, {}, missed)
        flying: dict[str, Any] = {}
        for row in self.board.under_way(item.id):
            flying |= row.sent if row.kind == "edit" else {}
        echo = {n: v for n, v in flying.items() if n in theirs and same(n, theirs[n], v)}
        base = {**first, **pair.agreed, **echo, **sent.get(item.id, {})}
        outcome = merge(base, ours, theirs, self.policy)
        self.board.write(item.id, outcome.take)
        pair.agreed, pair.updated = dict(outcome.agreed), issue.updated
        pair.read_at, pair.absent_since = began, None
        pair.parked &= set(outcome.to_send)
        for clash in outcome.clashes:
            self.board.keep(item.id, clash)
        self.board.close_agreed(pair)
        left = set(outcome.to_send) - pair.parked
        if left and not self.board.under_way(item.id):
            self.board.queue(item.id, "edit", tuple(sorted(left)))
        return outcome.to_send
