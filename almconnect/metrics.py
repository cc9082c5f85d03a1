"""`/metrics` for Prometheus: readiness, signs of life, requests to Jira, and the state of the sync.

Nothing is counted in this process alone: heartbeats and request counts come from the data folder,
the sync's state from the rows. Must not name a person, a project or an address in a label.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from accounts.access import public
from almconnect import calls, health, heartbeat
from almconnect.flow_metrics import FlowCollector


class HouseCollector(Collector):
    """Asked at each scrape: readiness by part, and seconds since worker and beat last moved."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        ready = GaugeMetricFamily(
            "almconnect_ready", "1 where the part is ok, 0.5 degraded, 0 failed", labels=["part"]
        )
        worth = {health.State.OK: 1.0, health.State.DEGRADED: 0.5, health.State.FAILED: 0.0}
        for name, finding in health.look().items():
            ready.add_metric([name], worth[finding.state])
        yield ready
        age = GaugeMetricFamily(
            "almconnect_heartbeat_age_seconds",
            "Seconds since the role last gave a sign of life",
            labels=["role", "host"],
        )
        for sign in heartbeat.signs():
            age.add_metric([sign.role, sign.host], sign.age)
        yield age

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing ahead of time: registering must not ask the database."""
        return iter(())


class CallCollector(Collector):
    """Requests to Jira by outcome, with how long they took; one series for each process that calls."""

    def collect(self) -> Iterator[Metric]:
        times = HistogramMetricFamily(
            "almconnect_jira_request_seconds",
            "Requests to Jira by outcome (2xx, 4xx, or what went wrong)",
            labels=["outcome", "process"],
        )
        for process, outcomes in calls.everybodys().items():
            for outcome, count in sorted(outcomes.items()):
                below, buckets = 0, []
                for bound, number in zip((*calls.BOUNDS, None), count.buckets, strict=True):
                    below += number
                    buckets.append(("+Inf" if bound is None else str(bound), below))
                times.add_metric([outcome, process], buckets, count.seconds)
        yield times

    def describe(self) -> Iterator[Metric]:
        return iter(())


own = CollectorRegistry()
for collector in (HouseCollector(), CallCollector()):
    own.register(collector)
rows = CollectorRegistry()
rows.register(FlowCollector())


@public
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Where the database does not answer, what does not need it is still told; `ready` says so."""
    text = generate_latest(REGISTRY) + generate_latest(own)
    try:
        text += generate_latest(rows)
    except DatabaseError:
        text += b"# the database does not answer: the sync's own figures are missing\n"
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)
