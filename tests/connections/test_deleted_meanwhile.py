"""A connection is deleted while one of its tasks talks to Jira: the task ends without an error."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connections.access import gateway
from connections.models import Connection, PermissionReport
from connections.oauth import renewal
from connections.report import permission_report
from connections.schedule import tasks
from connections.setup import deletion
from jira_sandbox.server import Handle
from sync.schedule.tasks import register_webhook
from tests.connections.test_token_renewal import authorised as authorised

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deleted_at_call(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """`deleted_at_call(2)`: somebody deletes the connection as Jira answers its second call."""
    seen: list[uuid.UUID] = []
    at = [0]

    def observe(connection_id: uuid.UUID, _: Any) -> None:
        seen.append(connection_id)
        if len(seen) == at[0]:
            deletion.delete(Connection.objects.get(pk=connection_id), actor=None)

    monkeypatch.setattr(gateway, "observers", [*gateway.observers, observe])

    def arrange(number: int) -> None:
        seen.clear()
        at[0] = number

    yield arrange
    assert len(seen) >= at[0] > 0, "it was deleted while it was at work"


@pytest.mark.parametrize("number", [1, 3])
def test_a_report(
    number: int,
    connected: Callable[..., Connection],
    jira: Handle,
    deleted_at_call: Callable[[int], None],
) -> None:
    row = permission_report.request(connected(jira), ["FALCON"], actor=None)
    deleted_at_call(number)
    tasks.take_report(str(row.pk))
    assert not Connection.objects.exists()
    assert not PermissionReport.objects.exists()


def test_a_light_check(
    connected: Callable[..., Connection],
    jira: Handle,
    deleted_at_call: Callable[[int], None],
) -> None:
    connection = connected(jira)
    Connection.objects.update(look_due=timezone.now())
    deleted_at_call(2)
    tasks.check_lightly(str(connection.pk))
    assert not Connection.objects.exists()


def test_a_renewal(authorised: Connection, deleted_at_call: Callable[[int], None]) -> None:
    Connection.objects.update(token_expires=timezone.now() + timedelta(days=5))
    assert renewal.due().exists()
    deleted_at_call(1)
    tasks.renew_token(str(authorised.pk))
    assert not Connection.objects.exists()


def test_registering_a_webhook(
    connected: Callable[..., Connection],
    jira: Handle,
    deleted_at_call: Callable[[int], None],
) -> None:
    connection = connected(jira)
    deleted_at_call(1)
    register_webhook(str(connection.pk))
    assert not Connection.objects.exists()
