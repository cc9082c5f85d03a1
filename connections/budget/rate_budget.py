"""One rate budget per connection, shared by all workers, in which live edits go before imports.

Every client of the gateway asks here before each call. Where Jira limits nothing, that costs a look
into memory. Where it does (the answers' headers tell, or a 429), calls are taken out of the shared
row, several at once, and imports leave a fifth of the limit alone. Must not call Jira.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog
from django.db import DatabaseError, connections
from django.utils import timezone

from connections.budget import token_bucket
from connections.budget.token_bucket import Grant, News
from connections.models import Connection, RateBudget
from jira_client.errors import RateLimited, bounded
from jira_client.ratelimit import Pace
from outgoing.wire import Observation, WireRequest

log = structlog.get_logger(__name__)

LEASE = 2.0  # seconds after which calls that were taken and not made are let go
LONGEST_WAIT = 8.0  # a task may take twenty seconds; beyond this it comes again
ROW_PATIENCE = 10.0
UNTOLD = 2.0  # seconds to wait after a 429 that does not say how long


class Purpose(StrEnum):
    """What a call is for: something that somebody waits for, or an import or comparison."""

    LIVE = "live"
    BULK = "bulk"


@dataclass(slots=True)
class _Share:
    """What this process knows of a connection's budget, and the calls it has taken."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    taking: dict[Purpose, threading.Lock] = field(
        default_factory=lambda: {purpose: threading.Lock() for purpose in Purpose}
    )
    limited: bool = False
    noted: float = 0.0
    news: News = field(default_factory=News)
    holds: dict[str, datetime] = field(default_factory=dict)
    calls: dict[Purpose, int] = field(default_factory=lambda: dict.fromkeys(Purpose, 0))
    until: dict[Purpose, float] = field(default_factory=lambda: dict.fromkeys(Purpose, 0.0))


_shares: dict[uuid.UUID, _Share] = {}
_shares_lock = threading.Lock()
_clerks: dict[int, ThreadPoolExecutor] = {}  # by process: a thread does not survive a fork


def gate(connection_id: uuid.UUID, purpose: Purpose) -> Callable[[WireRequest], None]:
    """What a client calls before each request: returns when it may go out. Raises RateLimited."""

    def wait(request: WireRequest) -> None:
        wait_turn(connection_id, purpose, _key(request.method, request.template))

    return wait


def wait_turn(connection_id: uuid.UUID, purpose: Purpose, key: str) -> None:
    """Wait until this call may be made, a few seconds at most. Raises RateLimited."""
    share = _share(connection_id)
    if not share.limited:
        return
    until = time.monotonic() + LONGEST_WAIT
    while True:
        with share.taking[purpose]:
            wait = _held(share, key)
            if not wait:
                if _use_one(share, purpose):
                    return
                wait = _take(connection_id, share, purpose, key)
                if not wait:
                    return
        if time.monotonic() + wait > until:
            raise RateLimited(
                "Jira's limit of calls is used up for the moment. It goes on by itself when Jira "
                "allows calls again.",
                retry_after=wait,
            )
        # Others may be granted meanwhile; short steps keep the order roughly fair.
        time.sleep(min(wait, 1.0))


def note(connection_id: uuid.UUID, seen: Observation) -> None:
    """What an answer told of the budget. An observer of the gateway's clients."""
    if not seen.rate and seen.status != 429:
        return
    pace = Pace.of(seen.rate)
    share = _share(connection_id)
    with share.lock:
        news = share.news
        if pace.limit is not None or pace.remaining is not None:
            share.limited = True
            news = replace(news, pace=pace)
            if pace.remaining is not None:
                lowest = pace.remaining if news.lowest is None else min(news.lowest, pace.remaining)
                news = replace(news, lowest=lowest)
                share.noted = time.monotonic()
        if seen.status == 429 and pace.scope != "issue":
            share.limited = True
            key = _key(seen.method, seen.path_template) if pace.scope == "endpoint" else ""
            end = timezone.now() + timedelta(seconds=_told_wait(seen, pace))
            share.holds[key] = max(end, share.holds.get(key, end))
            news = replace(news, holds={**news.holds, key: share.holds[key]}, refused=True)
            if not key:  # calls that were taken before this was known
                share.calls = dict.fromkeys(Purpose, 0)
        share.news = news


def status_of(rows: Iterable[Connection]) -> dict[uuid.UUID, dict[str, Any]]:
    """Connection id → limit, remaining, resets, per_second, held_until, endpoints held; one query."""
    found = {}
    for row in RateBudget.objects.filter(connection__in=[one.pk for one in rows]):
        now = timezone.now()
        ends = {key: datetime.fromisoformat(end) for key, end in row.holds.items()}
        found[row.connection_id] = {
            "limit": row.limit,
            "remaining": row.remaining,
            "per_second": row.per_second,
            "resets": row.resets,
            "held_until": row.held_until(),
            "held_endpoints": {key: end for key, end in ends.items() if key and end > now},
            "seen": row.seen,
        }
    return found


def forget() -> None:
    """Forget what this process knows: for tests, and after a fork."""
    with _shares_lock:
        _shares.clear()


def _key(method: str, template: str) -> str:
    return f"{method} {template}"


def _share(connection_id: uuid.UUID) -> _Share:
    found = _shares.get(connection_id)
    if found is None:
        with _shares_lock:
            found = _shares.setdefault(connection_id, _Share())
    return found


def _told_wait(seen: Observation, pace: Pace) -> float:
    told = seen.rate.get("retry-after", "")
    if told.isascii() and told.isdigit():
        return bounded(float(told)) or UNTOLD
    return bounded(pace.wait(timezone.now())) or UNTOLD


def _held(share: _Share, key: str) -> float:
    """Seconds that this call must not be made."""
    now = timezone.now()
    with share.lock:
        for name in [name for name, end in share.holds.items() if end <= now]:
            del share.holds[name]
        ends = [share.holds[name] for name in ("", key) if name in share.holds]
    return max(((end - now).total_seconds() for end in ends), default=0.0)


def _use_one(share: _Share, purpose: Purpose) -> bool:
    with share.lock:
        if share.calls[purpose] > 0 and time.monotonic() < share.until[purpose]:
            share.calls[purpose] -= 1
            return True
    return False


def _take(connection_id: uuid.UUID, share: _Share, purpose: Purpose, key: str) -> float:
    """Take calls out of the row, this one among them; seconds to wait where there are none."""
    with share.lock:
        news, share.news = share.news, News()
        if time.monotonic() - share.noted > LEASE:
            news = replace(news, lowest=None)  # an old number: the budget has filled since
    try:
        grant = _clerk().submit(_at_the_row, connection_id, purpose, key, news).result(ROW_PATIENCE)
    except (DatabaseError, TookTooLong) as trouble:
        # The database's trouble shows everywhere else; calls go on within what Jira itself says.
        log.warning("rate budget not shared", trouble=type(trouble).__name__)
        grant = Grant(1)
    with share.lock:
        share.holds.update({name: end for name, end in grant.holds.items() if end > timezone.now()})
        if grant.calls:
            share.calls[purpose] = grant.calls - 1
            share.until[purpose] = time.monotonic() + LEASE
            return 0.0
    return max(0.05, grant.wait)


def _at_the_row(connection_id: uuid.UUID, purpose: Purpose, key: str, news: News) -> Grant:
    """In the clerk's thread: callers' threads come and go and should hold no database connection."""
    try:
        return token_bucket.take(connection_id, purpose.value, key, news)
    finally:
        connections["default"].close()


def _clerk() -> ThreadPoolExecutor:
    with _shares_lock:
        found = _clerks.get(os.getpid())
        if found is None:
            found = _clerks[os.getpid()] = ThreadPoolExecutor(1, thread_name_prefix="rate-budget")
        return found
