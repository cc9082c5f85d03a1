"""Answers of one shape: a page of rows, and what was tried again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.tokens import actor_of
from almconnect.lib.api import answer, page
from sync.bodies import Listing, ReplayIn

M = TypeVar("M", bound=Model)


def listed(rows: QuerySet[M], query: Listing, shape: Callable[[M], dict[str, Any]]) -> HttpResponse:
    """One page of the rows, each in its shape, and the cursor of the next."""
    found, cursor = page(rows, cursor=query.cursor, limit=query.limit)
    return answer({"items": [shape(row) for row in found], "next": cursor})


def replayed(
    request: HttpRequest, rows: QuerySet[M], payload: ReplayIn, again: Callable[..., int]
) -> HttpResponse:
    """How many were tried again by `again(rows, actor=…)`; with `dry`, only how many that would be."""
    count = rows.count() if payload.dry else again(rows, actor=actor_of(request))
    return answer({"count": count, "dry": payload.dry})
