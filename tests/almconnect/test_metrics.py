"""`/metrics`: what Prometheus reads is true for every process, and costs the same whatever is stored."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from almconnect import calls, flow_metrics
from connections.access import gateway
from connections.models import Connection, MappedProject
from outgoing.wire import Observation
from planning.models import Change, WorkItem
from sync.models import Conflict, Delivery, Run, Shadow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_DIR = tmp_path
    fresh = calls.Tally()
    monkeypatch.setattr(calls, "own", fresh)
    monkeypatch.setattr(gateway, "observers", [fresh.note])


def scraped() -> dict[tuple[str, ...], float]:
    """(name, label values…) → value."""
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


@pytest.fixture
def project(db: None) -> MappedProject:
    jira = Connection.objects.create(name="Plant", base_url="https://jira.example.com")
    return MappedProject.objects.create(connection=jira, key="ABC", name="ABC", remote_id="1")


def wait_here(project: MappedProject, number: int) -> None:
    """One of everything that waits, is parked, or asks for a decision."""
    past = timezone.now() - timedelta(seconds=90)
    item = WorkItem.objects.create(project=project, type="Story", summary=str(number))
    jira = project.connection
    common = {"connection": jira, "event": "jira:issue_updated", "body": b"{}"}
    Delivery.objects.create(identity=f"w{number}", received=past, **common)
    late = {"received": past, "settled": past + timedelta(seconds=3)}
    Delivery.objects.create(identity=f"d{number}", state="done", **{**common, **late})
    now = timezone.now()
    Delivery.objects.filter(identity=f"d{number}").update(
        received=now - timedelta(seconds=3), settled=now
    )
    for state in ("waiting", "parked"):
        Change.objects.create(project=project, item=item, kind="edit", state=state, created=past)
    Change.objects.create(
        project=project,
        item=item,
        kind="edit",
        state="settled",
        created=now - timedelta(seconds=7),
        settled=now,
    )
    shadow = Shadow.objects.create(
        connection=jira,
        project=project,
        item=item,
        remote_id=str(number),
        remote_key=f"ABC-{number}",
        agreed={},
        read_at=past,
    )
    Conflict.objects.create(shadow=shadow, field="summary", base="a", board="b", jira="c")
    Run.objects.create(project=project, kind="import", state="running")


def test_the_sync_is_told_from_the_rows(project: MappedProject) -> None:
    for number in range(3):
        wait_here(project, number)
    Connection.objects.update(call_after=timezone.now() + timedelta(seconds=40))
    found = scraped()
    assert found["almconnect_waiting", "in"] == found["almconnect_waiting", "out"] == 3
    for direction in ("in", "out"):
        assert 89 < found["almconnect_oldest_waiting_seconds", direction] < 120
    assert found["almconnect_lag_seconds", "in"] == pytest.approx(3, abs=0.1)
    assert found["almconnect_lag_max_seconds", "out"] == pytest.approx(7, abs=0.1)
    assert found["almconnect_parked",] == found["almconnect_conflicts",] == 3
    assert found["almconnect_runs", "import", "running"] == 3
    assert 30 < found["almconnect_jira_held_seconds",] <= 40
    states = [value for name, value in found.items() if name[0] == "almconnect_connections"]
    assert states == [1]


def test_nothing_waits_in_an_empty_console(db: None) -> None:
    found = scraped()
    for direction in ("in", "out"):
        assert found["almconnect_waiting", direction] == 0
        assert found["almconnect_oldest_waiting_seconds", direction] == 0
        assert ("almconnect_lag_seconds", direction) not in found


def test_the_number_of_queries_is_the_same_whatever_is_stored(project: MappedProject) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            list(flow_metrics.FlowCollector().collect())
        return len(queries)

    wait_here(project, 0)
    few = asked()
    for number in range(1, 20):
        wait_here(project, number)
    assert asked() == few <= 10


def seen(seconds: float, outcome: str = "answered", status: int | None = 200) -> Observation:
    return Observation("GET", "/rest/api/2/myself", status, outcome, seconds)


def test_requests_to_jira_are_counted_by_outcome_and_time(db: None) -> None:
    for observation in (seen(0.05), seen(0.3), seen(0.2, status=404), seen(12, "timeout", None)):
        for observer in gateway.observers:
            observer(uuid.uuid4(), observation)
    found = scraped()
    name = "almconnect_jira_request_seconds"
    counts = {key[1]: value for key, value in found.items() if key[0] == f"{name}_count"}
    assert counts == {"2xx": 2, "4xx": 1, "timeout": 1}
    buckets = {key[1:3]: value for key, value in found.items() if key[0] == f"{name}_bucket"}
    assert (buckets["0.1", "2xx"], buckets["0.5", "2xx"], buckets["+Inf", "2xx"]) == (1, 2, 2)
    assert (buckets["10.0", "timeout"], buckets["30.0", "timeout"]) == (0, 1)


WORKER = """
import uuid, django
django.setup()
from almconnect.celery import app
from connections.access import gateway
from outgoing.wire import Observation
assert gateway.observers
for observer in gateway.observers:
    for _ in range(5):
        observer(uuid.uuid4(), Observation("GET", "/x", 200, "answered", 0.2))
"""


@pytest.mark.process
def test_what_a_worker_asked_is_told_by_the_web(db: None, tmp_path: Path) -> None:
    import os

    kept = {name: value for name, value in os.environ.items() if "ALMCONNECT" not in name}
    own = {
        "DJANGO_SETTINGS_MODULE": "almconnect.settings",
        "ALMCONNECT_DATA_DIR": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "PYTHONPATH": str(ROOT),
    }
    subprocess.run([sys.executable, "-c", WORKER], env=kept | own, cwd=tmp_path, check=True)
    counts = [
        v for key, v in scraped().items() if key[0] == "almconnect_jira_request_seconds_count"
    ]
    assert counts == [5]


def test_without_a_database_the_rest_is_told(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(now: Any) -> Any:
        raise DatabaseError

    monkeypatch.setattr(flow_metrics, "_waiting", fail)
    found = scraped()
    assert ("almconnect_ready", "database") in found
    assert ("almconnect_waiting", "in") not in found


def test_no_name_or_address_is_in_it(
    project: MappedProject, make_calls: Callable[[], None]
) -> None:
    wait_here(project, 1)
    make_calls()
    text = Client().get("/metrics").content.decode()
    for word in ("Plant", "ABC", "example.com", "myself", str(project.pk)):
        assert word not in text


@pytest.fixture
def make_calls() -> Callable[[], None]:
    return lambda: calls.own.note(uuid.uuid4(), seen(1))
