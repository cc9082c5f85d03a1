"""Readiness names each part; a dead broker degrades it, a missing migration or wrong key fails it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from almconnect import health
from connections.models import KeyFingerprint

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    health._good_until.clear()
    yield
    health._good_until.clear()


def ask() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()


def test_all_parts_are_named() -> None:
    status, body = ask()
    assert status == 200
    assert set(body["checks"]) == {
        "database", "migrations", "encryption_key", "broker", "signing",
    }  # fmt: skip
    assert body["status"] == "ok"


def test_a_dead_broker_degrades_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0", raising=False
    )
    from almconnect.lib import enqueue

    enqueue._connections.clear()
    try:
        status, body = ask()
    finally:
        enqueue._connections.clear()
    assert (status, body["status"]) == (200, "degraded")
    assert body["checks"]["broker"]["state"] == "degraded"
    assert "ALMCONNECT_BROKER_URL" in body["checks"]["broker"]["reason"]


def test_a_waiting_migration_fails_it() -> None:
    MigrationRecorder.Migration.objects.filter(app="sync").delete()
    status, body = ask()
    assert status == 503
    assert "run `./run.py manage migrate`" in body["checks"]["migrations"]["reason"]


def test_another_key_than_the_database_knows_fails_it(settings: Any) -> None:
    assert ask()[0] == 200  # the first look remembers the key's fingerprint
    assert KeyFingerprint.objects.exists()
    health._good_until.clear()
    settings.ENCRYPTION_KEYS = "t1:" + base64.b64encode(bytes(32)).decode()
    status, body = ask()
    assert status == 503
    assert "ALMCONNECT_ENCRYPTION_KEYS" in body["checks"]["encryption_key"]["reason"]


def test_living_asks_nobody(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert Client().get("/livez").status_code == 200


def test_metrics_show_the_parts() -> None:
    text = Client().get("/metrics").content.decode()
    assert 'almconnect_ready{part="database"} 1.0' in text
