"""What the RTE Cockpit shows of the sync: what waits, what is stuck, what flowed in the last day."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import TruncHour
from django.urls import reverse
from django.utils import timezone

from connections.cockpit.cockpit import Equality, Flow
from connections.models import Connection, MappedProject
from planning.models import Change, ChangeState
from sync.models import Delivery, EqualityStatement
from sync.status.status import status_of

HOURS = 24
_SHOWN = ("items", "equal", "taken", "project__connection")


def flows_of(rows: list[Connection]) -> dict[uuid.UUID, Flow]:
    """One Flow per connection, in a fixed number of queries."""
    counts = _per_hour([row.pk for row in rows])
    equal = _equality([row.pk for row in rows])
    parked, conflicts = reverse("sync:parked"), reverse("sync:conflicts")
    return {
        row.pk: Flow(
            waiting_in=status.waiting_in,
            waiting_out=status.waiting_out,
            oldest_seconds=status.oldest_waiting_seconds or None,
            parked=status.parked,
            conflicts=status.conflicts,
            per_hour=counts[row.pk],
            parked_address=f"{parked}?connection={row.pk}",
            conflicts_address=f"{conflicts}?connection={row.pk}",
            equality=equal.get(row.pk),
        )
        for row, status in zip(rows, status_of(rows), strict=True)
    }


def _equality(ids: list[uuid.UUID]) -> dict[uuid.UUID, Equality]:
    """The newest statement of each project, added up by connection."""
    newest = EqualityStatement.objects.filter(project=OuterRef("pk")).order_by("-taken")
    projects = MappedProject.objects.filter(connection__in=ids)
    wanted = projects.annotate(newest=Subquery(newest.values("pk")[:1])).values("newest")
    rows = EqualityStatement.objects.filter(pk__in=wanted).order_by("taken")
    found: dict[uuid.UUID, list[EqualityStatement]] = defaultdict(list)
    for row in rows.select_related("project").only(*_SHOWN):
        found[row.project.connection_id].append(row)
    return {connection: _together(every) for connection, every in found.items()}


def _together(rows: list[EqualityStatement]) -> Equality:
    """Of at least one statement, the oldest first."""
    unequal = next((row for row in rows if row.equal < row.items), rows[0])
    return Equality(
        items=sum(row.items for row in rows),
        equal=sum(row.equal for row in rows),
        taken=rows[0].taken,
        address=reverse("sync:project", args=[unequal.project_id]) + "#equality",
    )


def _per_hour(ids: list[uuid.UUID]) -> dict[uuid.UUID, tuple[int, ...]]:
    """Deliveries worked off and changes settled, hour by hour, the oldest first."""
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    since = now - timedelta(hours=HOURS - 1)
    found: Counter[tuple[uuid.UUID, datetime]] = Counter()
    incoming = Delivery.objects.filter(connection__in=ids, received__gte=since)
    outgoing = Change.objects.filter(
        project__connection__in=ids, state=ChangeState.SETTLED, settled__gte=since
    )
    for rows, column, key in (
        (incoming, "received", "connection_id"),
        (outgoing, "settled", "project__connection_id"),
    ):
        hours = rows.annotate(hour=TruncHour(column)).values_list(key, "hour")
        for connection, hour, count in hours.annotate(n=Count("pk")).order_by():
            found[(connection, hour)] += count
    steps = [since + timedelta(hours=number) for number in range(HOURS)]
    nothing, busy = (0,) * HOURS, {key for key, _ in found}
    return {
        key: tuple(found[(key, step)] for step in steps) if key in busy else nothing for key in ids
    }
