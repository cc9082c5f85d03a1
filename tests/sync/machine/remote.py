"""Jira in memory, as unreliable as the real one: calls fail before or after their work, or work late.

Every write has its own moment, a changelog entry and a delivery, which may be lost, doubled or late.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from jira_client.values import History, HistoryItem, Issue
from sync.core.mapping import OPERATION_PROPERTY
from sync.core.retry import Failure
from sync.core.values import Rules

STATUSES = {"To Do": "1", "Doing": "2", "Done": "3"}
RULES = Rules(
    project_id="10",
    project_key="P",
    types={"Story": "7"},
    fields={
        "summary": "summary",
        "description": "description",
        "story_points": "customfield_1",
        "labels": "labels",
        "assignee": "assignee",
        "status": "status",
    },
    statuses=STATUSES,
    links={},
)
OURS = "svc"  # the account of the console
LATEST = 60.0  # seconds after which a call is carried out or never will be
FAULTS = ("rate_limit", "error", "request_lost", "answer_lost", "late")


class Clock:
    """The only time there is. It moves a little with every event, so that no two are at once."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.alarms: list[tuple[datetime, Callable[[], object]]] = []

    def tick(self) -> datetime:
        self.now += timedelta(milliseconds=5)
        return self.now

    def pass_by(self, seconds: float) -> None:
        end = self.now + timedelta(seconds=seconds)
        due = sorted((one for one in self.alarms if one[0] <= end), key=lambda one: one[0])
        self.alarms = [one for one in self.alarms if one[0] > end]
        for at, act in due:
            self.now = max(self.now, at)
            act()
        self.now = max(self.now, end)


class Failed(Exception):
    def __init__(self, failure: Failure) -> None:
        self.failure = failure


class Missing(Exception):
    """404."""


class RefusedFields(Exception):
    """400, with the fields that are refused."""

    def __init__(self, names: set[str]) -> None:
        self.names = names


@dataclass
class Row:
    id: str
    key: str
    raw: dict[str, Any]
    updated: datetime
    properties: Mapping[str, Any] = field(default_factory=dict)
    history: list[History] = field(default_factory=list)

    def read(self) -> Issue:
        props = dict(self.properties)
        return Issue(self.id, self.key, dict(self.raw), self.updated, props, tuple(self.history))


@dataclass(frozen=True, slots=True)
class Delivery:
    issue: str
    event: str


class Jira:
    def __init__(self, clock: Clock, seed: int) -> None:
        self.clock = clock
        self.rows: dict[str, Row] = {}
        self.count = 0
        self.writes = 0  # of ours
        self.held: dict[tuple[str, str], list[tuple[datetime, Any]]] = {}  # ever, by raw field
        self.hooks: list[Delivery] = []
        self.hooks_fault = ""
        self.faults: list[str] = []
        self.refused: set[str] = set()
        self.random = random.Random(seed)  # noqa: S311  # to be repeated, not to be secret

    # ── What people and the console do there ─────────────────────────────────────────────────────
    def make(self, fields: Mapping[str, Any], properties: Mapping[str, Any] | None = None) -> Row:
        self.count += 1
        base = {
            "project": {"id": "10"},
            "issuetype": {"id": "7", "name": "Story"},
            "status": {"id": "1", "name": "To Do"},
            "description": None,
            "customfield_1": None,
            "labels": [],
            "assignee": None,
        }
        at = self.clock.tick()
        row = Row(str(1000 + self.count), f"P-{self.count}", {**base, **fields}, at)
        row.properties = properties or {}
        self.rows[row.id] = row
        for name, value in row.raw.items():
            self.held.setdefault((row.id, name), []).append((at, value))
        self._hook(row.id, "jira:issue_created")
        return row

    def set(self, issue: str, fields: Mapping[str, Any], author: str) -> None:
        row = self.rows.get(issue)
        if row is None:
            raise Missing
        changes = {name: value for name, value in fields.items() if row.raw.get(name) != value}
        if not changes:
            return
        row.updated = self.clock.tick()
        items = tuple(_item(name, row.raw.get(name), value) for name, value in changes.items())
        row.history.append(History(str(len(row.history)), author, row.updated, items, author))
        row.raw |= changes
        for name, value in changes.items():
            self.held.setdefault((issue, name), []).append((row.updated, value))
        self._hook(issue, "jira:issue_updated")

    def marks(self) -> list[str]:
        """The operation of each create of ours whose issue is there."""
        found = [row.properties.get(OPERATION_PROPERTY) for row in self.rows.values()]
        return [mark["operation"] for mark in found if mark]

    def remove(self, issue: str) -> None:
        if self.rows.pop(issue, None) is None:
            raise Missing
        self.clock.tick()
        self._hook(issue, "jira:issue_deleted")

    def _hook(self, issue: str, event: str) -> None:
        if self.hooks_fault == "lost":
            return
        at = len(self.hooks)
        if self.hooks_fault == "reordered":
            at = self.random.randint(0, at)
        self.hooks[at:at] = [Delivery(issue, event)] * (2 if self.hooks_fault == "doubled" else 1)

    # ── The console's calls. Each raises Failed as the fault of the moment says ──────────────────
    def read(self, ids: list[str] | None = None) -> tuple[list[Issue], set[str]]:
        """These issues, or all; and the ids that are not there."""
        found: list[Issue] = []

        def work() -> None:
            wanted = list(self.rows) if ids is None else ids
            found.extend(self.rows[one].read() for one in wanted if one in self.rows)

        self._call(work, writes=False)
        return found, set(ids or ()) - {one.id for one in found}

    def create(self, fields: Mapping[str, Any], properties: Mapping[str, Any]) -> Row:
        made: list[Row] = []
        plain = {name: value for name, value in fields.items() if name != "issuetype"}
        self._refuse(plain)
        self._call(lambda: made.append(self.make(plain, properties)))
        return made[0]

    def edit(self, issue: str, fields: Mapping[str, Any]) -> None:
        self._refuse(fields)
        self._call(lambda: self.set(issue, fields, OURS))

    def transition(self, issue: str, status: str) -> None:
        word = RULES.status_words[status]
        self._call(lambda: self.set(issue, {"status": {"id": status, "name": word}}, OURS))

    def delete(self, issue: str) -> None:
        self._call(lambda: self.remove(issue))

    def _refuse(self, fields: Mapping[str, Any]) -> None:
        if bad := self.refused & set(fields):
            raise RefusedFields(bad)

    def _call(self, work: Callable[[], object], *, writes: bool = True) -> None:
        self.clock.tick()
        fault = self.faults.pop(0) if self.faults else ""
        lost = Failure("answer_lost", transient=True, outcome_unknown=True)
        if fault == "rate_limit":
            raise Failed(Failure("rate_limited", transient=True, retry_after=7.0, status=429))
        if fault == "request_lost":
            raise Failed(lost)
        if fault == "late" and writes:
            delay = timedelta(seconds=self.random.uniform(1.0, LATEST))
            self.clock.alarms.append((self.clock.now + delay, lambda: self._late(work)))
            raise Failed(lost)
        if fault != "error":
            self.writes += writes
            work()
        if fault == "error":
            raise Failed(Failure("server_fault", True, outcome_unknown=True, status=500))
        if fault in ("answer_lost", "late"):
            raise Failed(lost)

    def _late(self, work: Callable[[], object]) -> None:
        self.writes += 1
        try:
            work()
        except Missing:
            return  # it was deleted meanwhile; nobody is there to be told


def _item(name: str, old: Any, new: Any) -> HistoryItem:
    def words(value: Any) -> tuple[str | None, str | None]:
        if isinstance(value, dict):
            return str(value.get("id") or value.get("accountId")), str(value.get("name", ""))
        if isinstance(value, list):
            return None, " ".join(value)
        return None, None if value is None else str(value)

    return HistoryItem(name, name, *words(old), *words(new))
