"""The shared half of the rate budget: one row per limited connection, out of which workers take calls.

One short transaction for several calls. Pure accounting: it must not wait and must not call Jira.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from connections.models import RateBudget
from jira_client.errors import LONGEST_WAIT
from jira_client.ratelimit import Pace

RESERVE = 0.2  # of the limit, which imports leave to live edits
SLOWEST = 0.2  # calls a second
GUESSED = (
    10.0  # calls a second of a Jira that refuses without a word of its limit, before the lesson
)
UNNOTICED = 100.0  # a guess that has grown to this limits nothing any more
EASED_AFTER = timedelta(seconds=5)
LESSON = timedelta(seconds=3)
AT_ONCE = {"live": 10, "bulk": 50}


@dataclass(frozen=True, slots=True)
class News:
    """What one process saw since it last took: the newest budget, the fewest calls that remained,
    what must not be called until when, whether Jira refused.
    """

    pace: Pace | None = None
    lowest: int | None = None
    holds: Mapping[str, datetime] = field(default_factory=dict)
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """`calls` that may be made now; otherwise, after how many seconds to ask again."""

    calls: int
    wait: float = 0.0
    holds: Mapping[str, datetime] = field(default_factory=dict)


def take(connection_id: uuid.UUID, purpose: str, key: str, news: News) -> Grant:
    """How many calls to Jira this process may make now, taken out of the connection's bucket.

    `purpose`: "live" or "bulk", which leaves some of the bucket to live calls. `key`: the kind of call,
    which Jira may have told to wait by itself. `news`: what the process has seen since it last took; it is
    written into the row first.
    """
    with transaction.atomic():
        RateBudget.objects.get_or_create(connection_id=connection_id)
        row = RateBudget.objects.select_for_update().get(connection_id=connection_id)
        now = timezone.now()
        _refill(row, now)
        _learn(row, news, now)
        grant = _grant(row, purpose, key, now)
        row.save()
    return grant


def _refill(row: RateBudget, now: datetime) -> None:
    seconds = max(0.0, (now - row.filled).total_seconds())
    row.filled = now
    burst = row.burst
    if burst is None:
        return
    if row.resets is not None:
        if now < row.resets:
            return
        row.resets, row.tokens = None, burst
    row.tokens = min(burst, row.tokens + seconds * (row.per_second or burst))
    if row.refused is None or now - row.refused > EASED_AFTER:
        _ease(row, min(seconds, 5.0))


def _ease(row: RateBudget, seconds: float) -> None:
    """Learned too low, perhaps: a little more as long as nothing is refused."""
    if row.told or not row.per_second:
        return
    more = row.per_second * (1 + 0.05 * seconds)
    if row.limit is not None:
        row.per_second = min(float(row.limit), more)
    else:
        row.per_second = more if more < UNNOTICED else None


def _learn(row: RateBudget, news: News, now: datetime) -> None:
    pace = news.pace
    if pace is not None and pace.limit:
        fresh = row.limit is None
        row.limit, row.seen = pace.limit, now
        row.told = pace.per_second is not None
        row.per_second = pace.per_second or row.per_second or float(pace.limit)
        if fresh:
            row.tokens = float(pace.limit)
        if pace.reset is not None and pace.reset > now:
            row.resets = min(pace.reset, now + timedelta(seconds=LONGEST_WAIT))
    if news.lowest is not None:
        row.remaining = news.lowest
        row.tokens = min(row.tokens, float(news.lowest))
    if news.refused:
        # Calls side by side are refused together: that is one lesson, not ten.
        lesson = row.refused is None or now - row.refused > LESSON
        if row.limit is None and "" in news.holds:  # all of it was refused, not one endpoint
            row.per_second = row.per_second or GUESSED
        if lesson and not row.told and row.per_second:
            row.per_second = max(SLOWEST, row.per_second * 0.7)
        row.refused = now if lesson else row.refused
    holds = {key: end.isoformat() for key, end in news.holds.items() if end > now}
    kept = {key: end for key, end in row.holds.items() if datetime.fromisoformat(end) > now}
    row.holds = {**kept, **{key: max(end, kept.get(key, "")) for key, end in holds.items()}}


def _grant(row: RateBudget, purpose: str, key: str, now: datetime) -> Grant:
    holds = {name: datetime.fromisoformat(end) for name, end in row.holds.items()}
    held = row.held_until(key)
    if held is not None:
        return Grant(0, (held - now).total_seconds(), holds)
    burst = row.burst
    if burst is None:
        return Grant(AT_ONCE[purpose], 0.0, holds)
    reserve = 0.0
    if purpose == "bulk":
        reserve = min(max(1.0, burst * RESERVE), burst - 1.0)
    free = row.tokens - reserve
    if free >= 1:
        calls = max(1, min(AT_ONCE[purpose], int(free / 4)))
        row.tokens -= calls
        return Grant(calls, 0.0, holds)
    if row.resets is not None and row.resets > now:
        return Grant(0, (row.resets - now).total_seconds(), holds)
    return Grant(0, (1 - free) / max(SLOWEST, row.per_second or burst), holds)
