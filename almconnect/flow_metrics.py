"""What `/metrics` tells of the sync, from the rows: true for all processes, in a fixed number of queries.

Labels are fixed words only. Every query is answered from an index, whatever the tables hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from connections.models import Connection
from planning.models import Change, ChangeState
from sync.models import Conflict, Delivery, DeliveryState, Run, RunState
from sync.pairs.states import UNDER_WAY

RECENT = timedelta(minutes=5)
LOOKED_AT = 200  # of the last settled ones


class FlowCollector(Collector):
    """Asked at each scrape."""

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        yield from _waiting(now)
        yield from _lag(now)
        yield _runs()
        parked = Change.objects.filter(state=ChangeState.PARKED).count()
        yield _gauge("almconnect_parked", "Changes that Jira refused", parked)
        conflicts = Conflict.objects.filter(resolved=None).count()
        yield _gauge("almconnect_conflicts", "Fields that wait for a person's decision", conflicts)
        yield from _connections(now)

    def describe(self) -> Iterator[Metric]:
        """Nothing ahead of time: registering must not ask the database."""
        return iter(())


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def _waiting(now: datetime) -> Iterator[Metric]:
    """Depth and oldest age, inwards (deliveries of webhooks) and outwards (edits of people)."""
    depth = GaugeMetricFamily("almconnect_waiting", "Rows that wait", labels=["direction"])
    oldest = GaugeMetricFamily(
        "almconnect_oldest_waiting_seconds", "Age of the oldest of them", labels=["direction"]
    )
    inbox = Delivery.objects.filter(state=DeliveryState.WAITING)
    outbox = Change.objects.filter(state__in=UNDER_WAY)
    for name, rows, moment in (("in", inbox, "received"), ("out", outbox, "created")):
        found = rows.aggregate(n=Count("pk"), oldest=Min(moment))
        depth.add_metric([name], found["n"])
        age = (now - found["oldest"]).total_seconds() if found["oldest"] else 0.0
        oldest.add_metric([name], max(0.0, age))
    yield depth
    yield oldest


def _lag(now: datetime) -> Iterator[Metric]:
    """From arriving to settled, of what was settled lately; none where nothing was."""
    mean = GaugeMetricFamily(
        "almconnect_lag_seconds", "Mean time to settle, last 5 minutes", labels=["direction"]
    )
    most = GaugeMetricFamily(
        "almconnect_lag_max_seconds", "Longest time to settle, last 5 minutes", labels=["direction"]
    )
    inbox = Delivery.objects.filter(state=DeliveryState.DONE)
    outbox = Change.objects.filter(state=ChangeState.SETTLED)
    for name, rows, moment in (("in", inbox, "received"), ("out", outbox, "created")):
        taken = _seconds_taken(rows, moment, now - RECENT)
        if taken:
            mean.add_metric([name], sum(taken) / len(taken))
            most.add_metric([name], max(taken))
    yield mean
    yield most


def _seconds_taken(rows: QuerySet[Any], moment: str, since: datetime) -> list[float]:
    pairs = rows.order_by("-pk").values_list(moment, "settled")[:LOOKED_AT]
    return [(end - start).total_seconds() for start, end in pairs if end and end >= since]


def _runs() -> Metric:
    runs = GaugeMetricFamily("almconnect_runs", "Runs by kind and state", labels=["kind", "state"])
    counted = Run.objects.values_list("kind", "state").annotate(n=Count("pk")).order_by()
    for kind, state, number in counted:
        runs.add_metric([str(kind), str(RunState(state).value)], number)
    return runs


def _connections(now: datetime) -> Iterator[Metric]:
    kinds = GaugeMetricFamily(
        "almconnect_connections",
        "Connections by decision and observed health",
        labels=["lifecycle", "health"],
    )
    rows = Connection.objects.values_list("lifecycle", "health")
    for lifecycle, health, number in rows.annotate(n=Count("pk")).order_by():
        kinds.add_metric([lifecycle, health], number)
    yield kinds
    until = Connection.objects.aggregate(until=Max("call_after"))["until"]
    left = max(0.0, (until - now).total_seconds()) if until else 0.0
    yield _gauge("almconnect_jira_held_seconds", "Longest wait that a Jira has asked for", left)
