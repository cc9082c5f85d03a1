"""The latest changed of many work items, quickly also where words narrow them.

PostgreSQL takes words to be spread evenly over time, and reads a million items by their change to find
those of a year ago. So the latest changed are looked through first, and then the index of words alone is
asked. Reads only.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.models import F, QuerySet

from planning.models import WorkItem

LATEST: Final = 20_000  # looked through one by one: some 15 ms of the database
LEAST_LETTERS: Final = 3  # the index holds words by three letters in a row


@dataclass(frozen=True, slots=True)
class Found:
    """`until`: no item that changed before this was looked at, since no index knows so short a word."""

    items: list[WorkItem]
    until: datetime.datetime | None = None


def latest(
    rows: QuerySet[WorkItem], number: int, *, among: QuerySet[WorkItem], words: str
) -> Found:
    """Up to `number` of `rows`, which are `among` narrowed to `words` (and more), the latest first."""
    ordered = rows.order_by("-updated", "-pk")
    if not words or connection.vendor != "postgresql":
        return Found(list(ordered[:number]))
    moments = among.order_by("-updated", "-pk").values_list("updated", flat=True)
    edge = moments[LATEST : LATEST + 1].first()
    if edge is None:
        return Found(list(ordered[:number]))
    found = list(ordered.filter(updated__gte=edge)[:number])
    if len(found) == number:
        return Found(found)
    if len(words) < LEAST_LETTERS:
        return Found(found, until=edge)
    # Plus nothing: an order that no index has, so that the index of words is read. The keys alone, so
    # that a hundred thousand matches are not joined before they are sorted.
    unhelped = (F("updated") + datetime.timedelta(0)).desc()
    keys = list(rows.order_by(unhelped, "-pk").values_list("pk", flat=True)[:number])
    return Found(list(ordered.filter(pk__in=keys)))
