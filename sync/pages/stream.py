"""Deliveries and changes as one list, newest first, by keyset over both tables.

Each table is walked down its primary key, so that a page costs the same at the top and after a million
rows, and nothing is skipped or repeated while new rows arrive. Reads only.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from django.db.models import Q, QuerySet

from connections.models import MappedProject
from planning.models import Change, ChangeState
from sync.models import Delivery, DeliveryState
from sync.pages import named_issues
from sync.pages.named_issues import Named, Names, ends_of
from sync.pages.presentation import (
    Badge,
    Word,
    change_badge,
    change_word,
    delivery_badge,
    event_word,
)
from sync.pairs.states import UNDER_WAY

SIZE: Final = 50
IN, OUT = "in", "out"
Entry = TypeVar("Entry", Delivery, Change)

# What people call a state → the states of either table.
DELIVERY_STATES: Final[dict[str, Sequence[str]]] = {
    "waiting": (DeliveryState.WAITING,),
    "done": (DeliveryState.DONE,),
    "trouble": (DeliveryState.FAILED,),
    "conflict": (),
    "skipped": (DeliveryState.IGNORED, DeliveryState.UNSUPPORTED),
}
CHANGE_STATES: Final[dict[str, Sequence[str]]] = {
    "waiting": UNDER_WAY,
    "done": (ChangeState.SETTLED,),
    "trouble": (ChangeState.PARKED,),
    "conflict": (ChangeState.CONFLICT,),
    "skipped": (ChangeState.DROPPED,),
}
EVENTS: Final[dict[str, Q]] = {
    "create": Q(event="jira:issue_created"),
    "edit": Q(event="jira:issue_updated"),
    "delete": Q(event="jira:issue_deleted"),
    "link": Q(event__startswith="issuelink_"),
    "comment": Q(event__startswith="comment_"),
    "sprint": Q(event__startswith="sprint_"),
}
CHANGES: Final[dict[str, Sequence[str]]] = {
    "create": ("create",),
    "edit": ("edit",),
    "delete": ("delete",),
    "link": ("link", "unlink"),
    "comment": ("comment",),
    "sprint": (),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filter; None and "" mean any."""

    connection: uuid.UUID | None = None
    project: MappedProject | None = None
    direction: str = ""
    kind: str = ""
    state: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. `way` is in or out; `name` the URL name of its detail page; `other` the key of
    a link's other end.
    """

    id: int
    way: str
    at: datetime
    what: Word
    key: str
    item: uuid.UUID | None
    summary: str
    other: str
    by: str
    badge: Badge
    message: str
    attempts: int

    @property
    def name(self) -> str:
        return "sync:delivery" if self.way == IN else "sync:change"


@dataclass(frozen=True, slots=True)
class Place:
    """Below which id of each table to go on; None: from the top."""

    delivery: int | None = None
    change: int | None = None

    def __str__(self) -> str:
        return ".".join("" if one is None else str(one) for one in (self.delivery, self.change))

    @classmethod
    def read(cls, text: str) -> Place:
        """From the address; what cannot be read is the top."""
        first, _dot, second = text.partition(".")
        return cls(_whole(first), _whole(second))


def read(wanted: Wanted, place: Place, size: int = SIZE) -> tuple[list[Row], Place | None]:
    """One page, and the place of the next one, None after the last."""
    found_in = _page(deliveries(wanted), place.delivery, size) if wanted.direction != OUT else []
    found_out = _page(changes(wanted), place.change, size) if wanted.direction != IN else []
    names = named_issues.of(found_in)
    rows = [_of_delivery(row, names) for row in found_in] + [_of_change(row) for row in found_out]
    # Stable, by time alone: within a table the ids already are in their order.
    rows.sort(key=lambda row: row.at, reverse=True)
    shown = _without_gaps(rows, size)
    if len(rows) <= size:
        return shown, None
    return shown, Place(
        _below(shown, IN, place.delivery, [row.pk for row in found_in]),
        _below(shown, OUT, place.change, [row.pk for row in found_out]),
    )


def deliveries(wanted: Wanted) -> QuerySet[Delivery]:
    rows = Delivery.objects.defer("body")
    if wanted.connection:
        rows = rows.filter(connection=wanted.connection)
    if wanted.project is not None:
        rows = rows.filter(
            connection=wanted.project.connection_id, project_id=wanted.project.remote_id
        )
    if wanted.kind:
        rows = rows.filter(EVENTS[wanted.kind])
    if wanted.state:
        rows = rows.filter(state__in=DELIVERY_STATES[wanted.state])
    if wanted.since:
        rows = rows.filter(received__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(received__lt=wanted.until)
    return rows


def changes(wanted: Wanted) -> QuerySet[Change]:
    rows = Change.objects.select_related("item")
    if wanted.connection:
        rows = rows.filter(project__connection=wanted.connection)
    if wanted.project is not None:
        rows = rows.filter(project=wanted.project)
    if wanted.kind:
        rows = rows.filter(kind__in=CHANGES[wanted.kind])
    if wanted.state:
        rows = rows.filter(state__in=CHANGE_STATES[wanted.state])
    if wanted.since:
        rows = rows.filter(created__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(created__lt=wanted.until)
    return rows


def _page(rows: QuerySet[Entry], below: int | None, size: int) -> list[Entry]:
    if below is not None:
        rows = rows.filter(pk__lt=below)
    return list(rows.order_by("-pk")[: size + 1])


def _below(shown: Sequence[Row], way: str, before: int | None, found: Sequence[int]) -> int:
    """Where the next page of one table begins; what arrives after the first page stays above it."""
    ids = [row.id for row in shown if row.way == way]
    if ids:
        return min(ids)
    return before if before is not None else max(found, default=-1) + 1


def _without_gaps(rows: list[Row], size: int) -> list[Row]:
    """The first `size`, so chosen that of each table the highest ids are taken: where clocks disagree
    with ids, time would leave out a row that the next page, below the lowest id, never shows.
    """
    shown = rows[:size]
    count = {way: sum(row.way == way for row in shown) for way in (IN, OUT)}
    keep: set[tuple[str, int]] = set()
    for way, number in count.items():
        ids = sorted((row.id for row in rows if row.way == way), reverse=True)
        keep |= {(way, one) for one in ids[:number]}
    return [row for row in rows if (row.way, row.id) in keep]


def _of_delivery(row: Delivery, names: Names) -> Row:
    ends = ends_of(row, names)
    first = ends[0] if ends else Named("")
    return Row(
        id=row.pk,
        way=IN,
        at=row.received,
        what=event_word(row.event),
        key=first.key,
        item=first.item,
        summary=first.summary,
        other=ends[1].key if ends[1:] else "",
        by="Jira",
        badge=delivery_badge(row),
        message=row.detail,
        attempts=row.attempts,
    )


def _of_change(row: Change) -> Row:
    return Row(
        id=row.pk,
        way=OUT,
        at=row.created,
        what=change_word(row),
        key=row.item.remote_key,
        item=row.item_id,
        summary=row.item.summary,
        other="",
        by=row.actor_name,
        badge=change_badge(row),
        message=row.message,
        attempts=row.attempts,
    )


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
