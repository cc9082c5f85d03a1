"""The change feed of the board: told by whoever writes it, followed by boards, pages and scripts.

`tell` writes in the caller's transaction, so that an event exists exactly when its change does. The
reader holds no transaction while it waits. This module must not decide what changed.
"""

from __future__ import annotations

import datetime
import threading
import time
import uuid
from collections.abc import Iterable, Sequence
from typing import Literal

from django.utils import timezone

from almconnect.lib import bulk_rows
from planning.models import BoardEvent
from planning.transaction_locks import Turn, take_turn

Origin = Literal["board", "jira"]
LOOK_SECONDS = 0.25
LONGEST_WAIT = 25.0
CROWDED_WAIT = 1.0
_seats = threading.BoundedSemaphore(16)  # followers that may wait long, of this process


def event(
    kind: str,
    object_id: uuid.UUID,
    version: int,
    fields: Iterable[str],
    origin: Origin,
    actor_name: str = "",
    at: datetime.datetime | None = None,
) -> BoardEvent:
    """An event that is not told yet: `kind` is `item.updated` and the like, `fields` what changed.

    `at`: when, where that is known already; else now.
    """
    values = {
        "at": at or timezone.now(),
        "kind": kind,
        "object_id": object_id,
        "version": version,
        "fields": sorted(fields),
        "origin": origin,
        "actor_name": actor_name[:150],
    }
    return bulk_rows.make(BoardEvent, values)


def tell(events: Sequence[BoardEvent]) -> None:
    """Write `events` in the caller's transaction; call it **last** there, after every row is locked.

    A follower remembers the last id it saw, so ids must become visible in their order. On PostgreSQL
    a sequence hands out numbers long before their rows are committed; a lock held from here to the
    commit makes tellers take turns. Taken last, it waits for no row and so cannot deadlock. On SQLite
    writers take turns anyway. Raises TransactionManagementError outside a transaction.
    """
    if not events:
        return
    take_turn(Turn.FEED)
    bulk_rows.insert(events)


def read(after: int, limit: int = 500) -> list[BoardEvent]:
    """Events with an id above `after`, in order, `limit` at most."""
    return list(BoardEvent.objects.filter(id__gt=after).order_by("id")[:limit])


def latest() -> int:
    """The id of the newest event; 0 where nothing has happened yet."""
    return BoardEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0


def oldest() -> int:
    """The id of the oldest event that is kept; 0 where there is none."""
    return BoardEvent.objects.order_by("id").values_list("id", flat=True).first() or 0


def forget(before: datetime.datetime, most: int = 10_000) -> int:
    """Delete the oldest events told before that moment, `most` at once; how many it were.

    The newest event always stays, since every follower's place is compared with it.
    """
    old = BoardEvent.objects.filter(at__lt=before, id__lt=latest()).order_by("id")
    ids = list(old.values_list("id", flat=True)[:most])
    if ids:
        BoardEvent.objects.filter(id__lte=ids[-1]).delete()
    return len(ids)


def follow(after: int, *, limit: int = 500, wait: float = 0.0) -> list[BoardEvent]:
    """Like `read`, but waits up to `wait` seconds (25 at most) for the first event to come.

    A thread that waits serves nobody else, so only some may wait long; the others hear soon that
    nothing happened, and ask again.
    """
    found = read(after, limit)
    if found or wait <= 0:
        return found
    seated = _seats.acquire(blocking=False)
    until = time.monotonic() + min(wait, LONGEST_WAIT if seated else CROWDED_WAIT)
    try:
        while not found and (left := until - time.monotonic()) > 0:
            time.sleep(min(LOOK_SECONDS, left))
            found = read(after, limit)
    finally:
        if seated:
            _seats.release()
    return found
