"""After CAPTCHA, and after a confirmed refusal, the connection calls no more until a person acts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connections.access import gateway
from connections.access.gateway import NotReady
from connections.health import health
from connections.models import Connection, Lifecycle
from connections.probes import checkup
from jira_client.errors import (
    AuthenticationRefused,
    CaptchaRequired,
    ConnectionRefused,
    PermissionRefused,
    RateLimited,
)
from jira_sandbox.server import Handle
from tests.connections.jira_browser import JiraBrowser


def calls(jira: Handle) -> int:
    return sum(jira.site.calls.values())


def test_captcha_stops_at_once_and_a_login_plus_test_resumes(
    connected: Callable[..., Connection], datacenter: Handle
) -> None:
    connection = connected(datacenter)
    user = datacenter.site.users["svc-alm"]
    user.failed_logins = 99
    with pytest.raises(CaptchaRequired) as caught:
        gateway.jira_for(connection).projects.list()
    before = calls(datacenter)
    found = health.note_failure(connection, caught.value)
    assert calls(datacenter) == before  # each further call would make it worse
    assert found["code"] == "captcha_required"
    assert (connection.health, connection.lifecycle) == ("stopped", Lifecycle.ACTIVE)
    with pytest.raises(NotReady):
        gateway.jira_for(connection)
    JiraBrowser(datacenter, "svc-alm")
    checkup.run(connection)
    connection.refresh_from_db()
    assert connection.health == "ok"


def test_a_refusal_that_myself_does_not_confirm_stops_nothing(
    connected: Callable[..., Connection], jira: Handle
) -> None:
    connection = connected(jira)
    one_call = AuthenticationRefused("refused", status=401)
    one_call.method, one_call.path = "GET", "/rest/api/2/field"
    health.note_failure(connection, one_call)
    connection.refresh_from_db()
    assert connection.health == "ok"


def test_a_refused_permission_is_no_matter_of_health(
    connected: Callable[..., Connection], cloud: Handle
) -> None:
    connection = connected(cloud)
    health.note_failure(connection, PermissionRefused("no", status=403))
    connection.refresh_from_db()
    assert (connection.health, connection.diagnosis) == ("ok", None)


def test_a_rate_limit_waits_as_long_as_jira_asks(
    connected: Callable[..., Connection], cloud: Handle
) -> None:
    connection = connected(cloud)
    health.note_failure(connection, RateLimited("slow", retry_after=120))
    connection.refresh_from_db()
    assert connection.health == "warning"
    assert connection.call_after is not None
    assert connection.health_at is not None
    assert 110 < (connection.call_after - connection.health_at).total_seconds() < 125


def test_the_next_success_heals(connected: Callable[..., Connection], cloud: Handle) -> None:
    connection = connected(cloud)
    health.note_failure(connection, ConnectionRefused("gone"))
    stale = Connection.objects.get()
    assert stale.health == "failing"
    health.note_success(stale, incoming=True)
    fresh = Connection.objects.get()
    assert (fresh.health, fresh.diagnosis) == ("ok", None)
    assert fresh.last_in is not None


def test_a_steady_success_costs_no_query(
    connected: Callable[..., Connection],
    cloud: Handle,
    django_assert_num_queries: Callable[[int], object],
) -> None:
    connection = connected(cloud)
    health.note_success(connection, incoming=True, outgoing=True)
    with django_assert_num_queries(0):
        health.note_success(connection, incoming=True, outgoing=True)
