"""The board in memory: items, their outbox, the pairs, the conflicts; what people wrote and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sync.core.coalesce import Pending
from sync.core.echo import normal, same
from sync.core.merge import Clash
from tests.sync.machine.remote import RULES, Clock

UNDER_WAY = ("waiting", "sending", "looking")
EMPTY: tuple[Any, ...] = (None, "", [])


@dataclass
class Item:
    id: str
    values: dict[str, Any]
    deleted: bool = False
    deleted_by: str = ""


@dataclass
class Change:
    id: int
    item: str
    kind: str
    fields: tuple[str, ...]
    due: datetime
    state: str = "waiting"
    attempts: int = 0
    looks: int = 0
    sent: dict[str, Any] = field(default_factory=dict)
    read: tuple[dict[str, Any], datetime | None] | None = None  # what Jira held before, and when

    @property
    def operation(self) -> str:
        return f"op-{self.id}"


@dataclass
class Pair:
    item: str
    remote: str
    agreed: dict[str, Any]
    read_at: datetime
    updated: datetime | None = None
    live: bool = True
    absent_since: datetime | None = None
    parked: set[str] = field(default_factory=set)


@dataclass
class Conflict:
    item: str
    clash: Clash
    open: bool


class Board:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.items: dict[str, Item] = {}
        self.changes: dict[int, Change] = {}
        self.pairs: dict[str, Pair] = {}  # by issue id
        self.conflicts: list[Conflict] = []
        self.held: dict[tuple[str, str], list[tuple[datetime, Any]]] = {}  # (item, field), ever

    # ── People ───────────────────────────────────────────────────────────────────────────────────
    def create(self, values: Mapping[str, Any]) -> Item:
        item = self.insert({name: normal(name, values.get(name)) for name in RULES.fields})
        item.values["status"] = item.values["status"] or "To Do"
        self.queue(item.id, "create", tuple(values))
        return item

    def edit(self, item: str, name: str, value: Any) -> None:
        self.write(item, {name: value})
        self.queue(item, "edit", (name,))

    def delete(self, item: str) -> None:
        self.items[item].deleted, self.items[item].deleted_by = True, "person"
        self.queue(item, "delete", ())

    # ── Rows ─────────────────────────────────────────────────────────────────────────────────────
    def insert(self, values: Mapping[str, Any]) -> Item:
        item = Item(f"i{len(self.items) + 1}", {})
        self.items[item.id] = item
        self.write(item.id, values)
        return item

    def write(self, item: str, values: Mapping[str, Any]) -> None:
        at = self.clock.tick()
        for name, value in values.items():
            self.items[item].values[name] = normal(name, value)
            self.held.setdefault((item, name), []).append((at, normal(name, value)))

    def queue(self, item: str, kind: str, fields: tuple[str, ...]) -> Change:
        number = len(self.changes) + 1
        self.changes[number] = Change(number, item, kind, fields, self.clock.tick())
        return self.changes[number]

    def due(self) -> list[Change]:
        rows = self.under_way()
        held = {row.item for row in rows if row.due > self.clock.now}
        return [row for row in rows if row.item not in held]

    def under_way(self, item: str = "") -> list[Change]:
        return [
            row
            for row in self.changes.values()
            if row.state in UNDER_WAY and item in ("", row.item)
        ]

    def later(self, row: Change, seconds: float, state: str = "waiting") -> None:
        row.state, row.due = state, self.clock.now + timedelta(seconds=seconds)

    def finish(self, rows: list[Change], state: str = "settled") -> None:
        for row in rows:
            if row.state != "dropped":
                row.state = state

    def pair_of(self, item: str) -> Pair | None:
        return next((pair for pair in self.pairs.values() if pair.item == item), None)

    def keep(self, item: str, clash: Clash) -> None:
        """Each clash once; one that is still to be decided is brought up to date."""
        mine = [c for c in self.conflicts if c.item == item and c.clash.field == clash.field]
        for one in mine:
            if one.open and not clash.taken:
                one.clash = clash
                return
        self.conflicts.append(Conflict(item, clash, open=not clash.taken))

    def open_fields(self, item: str) -> set[str]:
        return {one.clash.field for one in self.conflicts if one.item == item and one.open}

    def close_agreed(self, pair: Pair) -> None:
        values = self.items[pair.item].values
        for one in self.conflicts:
            name = one.clash.field
            if one.open and one.item == pair.item and same(name, pair.agreed[name], values[name]):
                one.open = False

    def flagged(self, item: str, name: str) -> bool:
        """Whether people see that this field is not in step."""
        pair = self.pair_of(item)
        waits = any(
            name in row.fields or row.kind == "create"
            for row in self.changes.values()
            if row.item == item and row.state in (*UNDER_WAY, "parked", "conflict")
        )
        return waits or name in self.open_fields(item) or bool(pair and name in pair.parked)


def as_pending(row: Change) -> Pending:
    sent = row.attempts > 0 or row.state in ("sending", "looking")
    return Pending(row.id, row.item, row.kind, "", row.fields, sent)
