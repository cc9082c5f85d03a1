"""The worker in memory that writes to Jira: a generator as those that read it (inbound.py)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from jira_client.values import Issue
from sync.core.coalesce import ItemWork, fold
from sync.core.echo import same
from sync.core.history import Foreign, Write, overwritten
from sync.core.mapping import say, see
from sync.core.merge import Clash, Policy
from sync.core.retry import Failure
from sync.core.values import Values
from tests.sync.machine.board import Change, Pair, as_pending
from tests.sync.machine.creates import Creates
from tests.sync.machine.inbound import NOWHERE, Steps
from tests.sync.machine.remote import OURS, RULES, Failed, Missing, RefusedFields


class Sync(Creates):
    def push(self) -> Steps:
        changes = self.board.due()
        folded = fold([as_pending(row) for row in changes])
        self.board.finish([self.board.changes[one] for one in folded.dropped], "dropped")
        yield "push.folded"
        for work in folded.work:
            for create in self._rows(work.creates):
                yield from self._look(create) if create.state != "waiting" else self._create(create)
            yield from self._after_create(work)

    def _rows(self, ids: tuple[int, ...]) -> list[Change]:
        return [self.board.changes[one] for one in ids]

    def _after_create(self, work: ItemWork) -> Steps:
        pair = self.board.pair_of(work.item)
        edits, deletes = self._rows(work.edits), self._rows(work.deletes)
        if pair is None:
            waits = [r for r in self.board.under_way(work.item) if r.kind == "create"]
            for row in (*edits, *deletes):
                if waits:
                    self.board.later(row, 30.0)
                else:
                    self._without_create(row)
        elif not pair.live:
            self.board.finish([*edits, *deletes], "dropped")
        else:
            if (edits or work.creates) and not self.board.items[pair.item].deleted:
                yield from self._edit(pair, edits)
            if deletes:
                yield from self._delete(pair, deletes)

    def _without_create(self, row: Change) -> None:
        """The create was parked: an edit tries it again, looking first; a delete ends it."""
        creates = [c for c in self.board.changes.values() if c.item == row.item]
        create = next(c for c in creates if c.kind == "create")
        if row.kind == "delete":
            self.board.finish([create, row], "dropped")
        elif create.state == "parked":
            create.looks = 0
            self.board.later(create, 0.0, "looking")
            self.board.finish([row])
        else:
            self.board.finish([row])

    def _edit(self, pair: Pair, rows: list[Change]) -> Steps:
        began = self.clock.tick()
        cut_off = self._cut_off(pair, rows)
        try:
            issues, missing = self.jira.read([pair.remote])
            yield "edit.read"
            if missing:
                self.note_missing(missing, set())
                self._put_off(rows, 30.0)
                return
            bases: dict[str, Any] = {}
            if cut_off is not None:
                issues, began = yield from self._look_back(pair, issues, cut_off, began)
                bases = self.undone
        except Failed as failed:
            self._retry(rows, failed.failure)
            return
        if began < pair.read_at:
            self._put_off(rows, 2.0)
            return
        values = self.take_in(issues, began, {pair.item: bases}).get(pair.item, {})
        touched = {name for row in rows for name in row.fields}
        values = {n: v for n, v in values.items() if n not in pair.parked or n in touched}
        before, since = dict(pair.agreed), pair.updated
        if not rows and values:  # left over from a create
            rows = [self.board.queue(pair.item, "edit", tuple(values))]
        for row in rows:
            row.state, row.attempts = "sending", row.attempts + 1
        if rows:
            rows[0].sent, rows[0].read = dict(values), (before, since)
        yield "edit.claimed"
        accepted: dict[str, Any] = {}
        failure = self._send(pair, values, accepted)
        yield "edit.written"
        try:
            if accepted and since:
                began = self.clock.tick()
                issues, missing = self.jira.read([pair.remote])
                yield "edit.read_back"
                write = Write(OURS, accepted, before, since)
                issues, began = yield from self._look_back(pair, issues, write, began)
                self.take_in(issues, began, {pair.item: {**accepted, **self.undone}})
        except Failed as failed:
            self._retry(rows, failed.failure)
            return
        asked = self.board.open_fields(pair.item)
        for row in rows:
            if set(row.fields) & asked:
                self.board.finish([row], "conflict")
            elif set(row.fields) & pair.parked:
                self.board.finish([row], "parked")
            elif failure is not None and not set(row.fields) <= set(accepted):
                self._retry([row], failure)
            else:
                self.board.finish([row])
        yield "edit.settled"

    def _cut_off(self, pair: Pair, rows: list[Change]) -> Write | None:
        """A write that may have reached Jira while nobody lived to read its answer."""
        sent: dict[str, Any] = {}
        before, since = dict(pair.agreed), pair.updated
        for row in rows:
            sent |= row.sent if row.attempts else {}
            if row.read and row.read[1] and since:
                before |= {name: row.read[0].get(name) for name in row.sent}
                since = min(since, row.read[1])
        return Write(OURS, sent, before, since) if sent and since else None

    def _send(self, pair: Pair, values: Values, accepted: dict[str, Any]) -> Failure | None:
        """Fields, then status; refused fields are parked, what Jira took is in `accepted`."""
        out = say(RULES, values, sprints={}, parents={})
        fields = dict(out.fields)
        names = {remote: name for name, remote in RULES.fields.items()}
        try:
            try:
                if fields:
                    self.jira.edit(pair.remote, fields)
            except RefusedFields as bad:
                pair.parked |= {names[one] for one in bad.names}
                fields = {n: v for n, v in fields.items() if n not in bad.names}
                if fields:
                    self.jira.edit(pair.remote, fields)
            accepted |= {names[one]: values[names[one]] for one in fields}
            if out.status:
                self.jira.transition(pair.remote, out.status)
                accepted["status"] = values["status"]
        except Failed as failed:
            return failed.failure
        except Missing:
            return Failure("answer_lost", outcome_unknown=True)  # gone: the next read will tell
        return None

    def _look_back(
        self, pair: Pair, issues: list[Issue], write: Write, began: datetime
    ) -> Iterator[Any]:
        """Put back in Jira what a write of ours overwrote unseen, or keep it as a conflict.

        What is put back may overwrite something itself, so it is looked back at as well.
        """
        self.undone: dict[str, Any] = {}  # what was put back, with the value agreed before
        first = write
        while issues:
            found = overwritten(RULES, NOWHERE, issues[0].history, write, {})
            now = see(RULES, NOWHERE, issues[0]).values
            back = [one for one in found if self._is_put_back(pair, one, now, write, first)]
            # What a worker put back that did not live to tell may have overwritten something, too.
            dead = [
                one
                for one in found
                if one.put_back and one.written and same(one.field, now[one.field], one.value)
            ]
            if not back and not dead:
                break
            values = {one.field: one.value for one in back}
            since = issues[0].updated
            assert since is not None
            failure = self._send(pair, values, {}) if values else None
            if failure is not None:
                raise Failed(failure)
            self.undone |= {name: first.before.get(name) for name in values}
            yield "edit.restored"
            began = self.clock.tick()
            issues, _ = self.jira.read([pair.remote])
            moments = [since, *(one.written for one in dead if one.written)]
            before = {**now, **{one.field: write.values[one.field] for one in dead}}
            values |= {one.field: one.value for one in dead}
            write = Write(OURS, values, before, min(moments))
        return issues, began

    def _is_put_back(
        self, pair: Pair, one: Foreign, now: Values, write: Write, first: Write
    ) -> bool:
        name = one.field
        if same(name, now[name], one.value):
            self.undone[name] = first.before.get(name)
            return False
        if self.policy is not Policy.BOARD_WINS and same(name, now[name], write.values[name]):
            return True
        base, ours = write.before.get(name), write.values[name]
        self.board.keep(pair.item, Clash(name, base, ours, one.value, "board"))
        return False

    def _delete(self, pair: Pair, rows: list[Change]) -> Steps:
        for row in rows:
            row.state, row.attempts = "sending", row.attempts + 1
        yield "delete.claimed"
        try:
            self.jira.delete(pair.remote)
        except Missing:
            yield "delete.missing"
        except Failed as failed:
            self._retry(rows, failed.failure)
            return
        yield "delete.sent"
        pair.live = False
        self.board.finish(rows)
        self.board.finish(self.board.under_way(pair.item), "dropped")
        yield "delete.settled"
