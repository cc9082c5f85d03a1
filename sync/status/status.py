"""How each connection's sync is doing: derived from the rows at the time of asking."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from django.utils import timezone

from connections.budget import rate_budget
from connections.models import Connection
from planning.models import Change, ChangeState
from sync.models import Brake, Conflict, Delivery, DeliveryState
from sync.pairs.states import UNDER_WAY


@dataclass(frozen=True, slots=True)
class Status:
    """How one connection's sync is doing. `brake`: deletions that are held; `rate_budget`: what Jira lets
    the connection do, with nulls where it limits nothing."""

    connection: Connection
    waiting_in: int
    waiting_out: int
    oldest_waiting_seconds: float
    parked: int
    conflicts: int
    brake: Brake | None
    rate_budget: dict[str, Any]


def status_of(connections: Iterable[Connection]) -> list[Status]:
    """One Status per connection, in a fixed number of queries."""
    rows = list(connections)
    keys = [row.pk for row in rows]
    waiting_in = _counted(
        Delivery.objects.filter(connection__in=keys, state=DeliveryState.WAITING).values_list(
            "connection_id"
        ),
        "received",
    )
    out = Change.objects.filter(project__connection__in=keys)
    waiting_out = _counted(
        out.filter(state__in=UNDER_WAY).values_list("project__connection_id"), "created"
    )
    parked = dict(
        out.filter(state=ChangeState.PARKED)
        .values_list("project__connection_id")
        .annotate(n=Count("pk"))
    )
    conflicts = dict(
        Conflict.objects.filter(shadow__connection__in=keys, resolved=None)
        .values_list("shadow__connection_id")
        .annotate(n=Count("pk"))
    )
    stops = Brake.objects.filter(connection__in=keys, decided=None).order_by("way")
    brakes = {stop.connection_id: stop for stop in stops}
    budgets = rate_budget.status_of(rows)
    now = timezone.now()
    found = []
    for row in rows:
        count_in, oldest_in = waiting_in.get(row.pk, (0, None))
        count_out, oldest_out = waiting_out.get(row.pk, (0, None))
        oldest = min((at for at in (oldest_in, oldest_out) if at), default=None)
        found.append(
            Status(
                connection=row,
                waiting_in=count_in,
                waiting_out=count_out,
                oldest_waiting_seconds=(now - oldest).total_seconds() if oldest else 0,
                parked=parked.get(row.pk, 0),
                conflicts=conflicts.get(row.pk, 0),
                brake=brakes.get(row.pk),
                rate_budget=_budget(row, budgets.get(row.pk, {})),
            )
        )
    return found


def _budget(row: Connection, told: dict[str, Any]) -> dict[str, Any]:
    """What Jira lets this connection do; nulls where it limits nothing."""
    ends = [end for end in (row.call_after, told.get("held_until")) if end and end > timezone.now()]
    nothing = dict.fromkeys(("limit", "remaining", "per_second", "resets", "seen"))
    return {**nothing, "held_endpoints": {}, **told, "held_until": max(ends, default=None)}


def _counted(rows: Any, moment: str) -> dict[uuid.UUID, tuple[int, datetime]]:
    annotated = rows.annotate(n=Count("pk"), oldest=Min(moment))
    return {key: (count, oldest) for key, count, oldest in annotated}
