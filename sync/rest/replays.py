"""Trying again what failed or was parked, and saying how much that was or would be."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.bearer_tokens import actor_of
from almconnect.lib.api import answer
from sync.rest.answers import ReplayedOut
from sync.rest.bodies import ReplayIn

M = TypeVar("M", bound=Model)


def replayed(
    request: HttpRequest, rows: QuerySet[M], payload: ReplayIn, again: Callable[..., int]
) -> HttpResponse:
    """How many were tried again by `again(rows, actor=…)`; with `dry`, only how many that would be."""
    count = rows.count() if payload.dry else again(rows, actor=actor_of(request))
    return answer(ReplayedOut(count=count, dry=payload.dry))
