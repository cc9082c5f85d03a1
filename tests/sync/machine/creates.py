"""The creates of the worker in memory: sent, and looked for where their answer was lost."""

from __future__ import annotations

from sync.core.mapping import OPERATION_PROPERTY, say
from sync.core.retry import Failure, Verdict, decide
from tests.sync.machine.board import EMPTY, Change, Pair
from tests.sync.machine.inbound import Inbound, Steps
from tests.sync.machine.remote import RULES, Failed, RefusedFields

LOOKS, FIRST_LOOK, LOOK_AGAIN, TRIES = 2, 5.0, 75.0, 3


class Creates(Inbound):
    def _create(self, row: Change) -> Steps:
        ours = self.board.items[row.item].values
        given = {n: v for n, v in ours.items() if n != "status" and v not in EMPTY}
        out = say(RULES, given, sprints={}, parents={})
        row.sent, row.state, row.attempts = given, "sending", row.attempts + 1
        yield "create.claimed"
        mark = {OPERATION_PROPERTY: {"operation": row.operation, "item": row.item}}
        fields, refused = dict(out.fields), set()
        try:
            try:
                made = self.jira.create(fields, mark)
            except RefusedFields as bad:
                refused = {name for name in given if RULES.fields[name] in bad.names}
                row.sent = {n: v for n, v in given.items() if n not in refused}
                fields = {n: v for n, v in fields.items() if n not in bad.names}
                yield "create.refused"
                made = self.jira.create(fields, mark)
        except RefusedFields:
            self.board.finish([row], "parked")
            return
        except Failed as failed:
            self._create_failed(row, failed.failure)
            yield "create.failed"
            return
        yield "create.sent"
        self._pair(row, made.id).parked |= refused
        yield "create.paired"

    def _pair(self, row: Change, remote: str) -> Pair:
        pair = self.board.pair_of(row.item) or self._bind(row, remote)
        self.board.finish([row])
        return pair

    def _create_failed(self, row: Change, failure: Failure) -> None:
        told = Failure(
            failure.code, failure.transient, failure.outcome_unknown, failure.retry_after, True
        )
        decision = decide(told, row.attempts)
        if decision.verdict is Verdict.LOOK_FIRST:
            row.looks = 0
            self.board.later(row, FIRST_LOOK, "looking")
        elif decision.verdict is Verdict.NEVER:
            self.board.finish([row], "parked")
        else:
            self.board.later(row, decision.delay)

    def _look(self, row: Change) -> Steps:
        try:
            issues, _ = self.jira.read()
        except Failed:
            self.board.later(row, FIRST_LOOK, "looking")
            return
        yield "look.read"
        marks = {i.properties.get(OPERATION_PROPERTY, {}).get("operation"): i for i in issues}
        pair = self.board.pair_of(row.item)
        if pair is not None or row.operation in marks:
            self._pair(row, marks[row.operation].id if pair is None else pair.remote)
        elif (looks := row.looks + 1) < LOOKS:
            row.looks = looks
            self.board.later(row, LOOK_AGAIN, "looking")
        elif self.board.items[row.item].deleted:
            self.board.finish([row], "dropped")
        elif row.attempts >= TRIES:
            self.board.finish([row], "parked")
        else:
            row.looks = 0
            self.board.later(row, 0.0)
        yield "look.done"

    def _put_off(self, rows: list[Change], seconds: float) -> None:
        for row in rows:
            self.board.later(row, seconds)

    def _retry(self, rows: list[Change], failure: Failure) -> None:
        for row in rows:
            decision = decide(failure, max(row.attempts, 1))
            if decision.verdict is Verdict.NEVER:
                self.board.finish([row], "parked")
            else:
                self.board.later(row, decision.delay)
