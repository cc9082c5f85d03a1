"""How each connection's sync is doing: derived from the rows at the time of asking."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from django.utils import timezone

from connections.budget import rate_budget
from connections.health import truth
from connections.models import Connection
from planning.models import Change, ChangeState
from sync.inbound import mass_deletion_guard as stops_of
from sync.models import (
    Brake,
    Conflict,
    Delivery,
    DeliveryState,
)
from sync.pairs.states import UNDER_WAY


def status_of(connections: Iterable[Connection]) -> list[dict[str, Any]]:
    """One entry per connection, in a fixed number of queries."""
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
    brakes = {stop.connection_id: _brake(stop, stops_of.count_of(stop)) for stop in stops}
    budgets = rate_budget.status_of(rows)
    return [
        {
            **_entry(row, waiting_in, waiting_out, parked.get(row.pk, 0), conflicts.get(row.pk, 0)),
            "rate_budget": _budget(row, budgets.get(row.pk, {})),
            "brake": brakes.get(row.pk),
        }
        for row in rows
    ]


def _budget(row: Connection, told: dict[str, Any]) -> dict[str, Any]:
    """What Jira lets this connection do; nulls where it limits nothing."""
    ends = [end for end in (row.call_after, told.get("held_until")) if end and end > timezone.now()]
    nothing = dict.fromkeys(("limit", "remaining", "per_second", "resets", "seen"))
    return {**nothing, "held_endpoints": {}, **told, "held_until": max(ends, default=None)}


def _standing(row: Connection) -> dict[str, Any]:
    """In the words that the pages say."""
    found = truth.of_connection(row)
    return {
        "code": found.code,
        "reads": found.reads,
        "writes": found.writes,
        "message": found.words,
    }


def _brake(stop: Brake, held: int) -> dict[str, Any]:
    """Deletions that wait for a person's word."""
    return {"id": str(stop.pk), "reason": stop.reason, "since": stop.tripped, "held": held}


def _counted(rows: Any, moment: str) -> dict[uuid.UUID, tuple[int, datetime]]:
    annotated = rows.annotate(n=Count("pk"), oldest=Min(moment))
    return {key: (count, oldest) for key, count, oldest in annotated}


def _entry(
    row: Connection,
    waiting_in: dict[uuid.UUID, tuple[int, datetime]],
    waiting_out: dict[uuid.UUID, tuple[int, datetime]],
    parked: int,
    conflicts: int,
) -> dict[str, Any]:
    count_in, oldest_in = waiting_in.get(row.pk, (0, None))
    count_out, oldest_out = waiting_out.get(row.pk, (0, None))
    oldest = min((at for at in (oldest_in, oldest_out) if at), default=None)
    now = timezone.now()
    account = {"id": row.account_id, "name": row.account_name} if row.account_id else None
    return {
        "connection": str(row.pk),
        "name": row.name,
        "state": row.state,
        "standing": _standing(row),
        "health": row.health,
        "account": account,
        "waiting_in": count_in,
        "waiting_out": count_out,
        "oldest_waiting_seconds": (now - oldest).total_seconds() if oldest else 0,
        "last_in": row.last_in,
        "last_out": row.last_out,
        "parked": parked,
        "conflicts": conflicts,
        "webhook": {"state": row.webhook_state, "last_seen": row.webhook_seen},
        "diagnosis": row.diagnosis,
    }
