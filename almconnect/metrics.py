"""`/metrics` for Prometheus: what this process counts, and the age of worker and beat.

Apps add their own collectors to the default registry where they observe something; this module only
shows the registry. Must not name a person, a project or an address in a label.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from accounts.access import public
from almconnect import health, heartbeat


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


REGISTRY.register(HouseCollector())


@public
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
