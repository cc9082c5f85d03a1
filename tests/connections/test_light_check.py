"""Once a day a light check looks whether Jira is there and lets us in; the health tells what it saw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from connections.models import Connection
from connections.probes import light_check
from connections.schedule import tasks
from connections.setup import pause
from jira_sandbox.server import Handle


def calls(jira: Handle) -> int:
    return sum(jira.site.calls.values())


def test_it_finds_a_revoked_token_before_anybody_else(
    connected: Callable[..., Connection], jira: Handle
) -> None:
    connection = connected(jira)
    user = jira.site.users["svc-alm"]
    user.password = user.api_token = "changed"
    assert light_check.take(connection.pk)
    fresh = Connection.objects.get()
    assert (fresh.health, (fresh.diagnosis or {})["code"]) == ("stopped", "authentication_refused")
    assert user.failed_logins <= 1


def test_once_a_day_each_by_one_worker(connected: Callable[..., Connection], cloud: Handle) -> None:
    connection = connected(cloud)
    assert light_check.take(connection.pk)
    before = calls(cloud)
    assert not light_check.take(connection.pk)
    assert calls(cloud) == before
    due = Connection.objects.get().look_due
    assert due is not None
    assert timedelta(hours=23) < due - timezone.now() < timedelta(hours=27)


def test_a_healthy_one_stays_so(connected: Callable[..., Connection], cloud: Handle) -> None:
    connection = connected(cloud)
    assert light_check.take(connection.pk)
    fresh = Connection.objects.get()
    assert (fresh.health, fresh.diagnosis) == ("ok", None)


@pytest.mark.parametrize("how", ["paused", "draft", "stopped"])
def test_what_people_or_jira_stopped_is_let_alone(
    how: str, connected: Callable[..., Connection], cloud: Handle
) -> None:
    connection = connected(cloud)
    if how == "paused":
        pause.pause(connection, actor=None)
    elif how == "draft":
        Connection.objects.update(lifecycle="draft")
    else:
        Connection.objects.update(health="stopped")
    before = calls(cloud)
    assert not light_check.due().exists()
    assert not light_check.take(connection.pk)
    assert calls(cloud) == before


def test_a_base_url_that_moved_is_told(
    connected: Callable[..., Connection], datacenter: Handle
) -> None:
    connection = connected(datacenter)
    datacenter.site.configured_base_url = "https://jira.moved.example.com"
    light_check.take(connection.pk)
    fresh = Connection.objects.get()
    assert fresh.health == "ok"
    assert (fresh.diagnosis or {})["code"] == "base_url_differs"
    assert "jira.moved.example.com" in (fresh.diagnosis or {})["what"]


def test_the_sweep_hands_it_out(
    connected: Callable[..., Connection],
    cloud: Handle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection, sent = connected(cloud), []
    monkeypatch.setattr(tasks, "enqueue", lambda task, *ids: sent.append((task.name, *ids)))
    tasks.sweep()
    assert ("connections.check_lightly", connection.pk) in sent
