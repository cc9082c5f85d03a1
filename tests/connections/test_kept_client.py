"""A client that is kept between calls is given up as soon as what it was built from is another."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from almconnect.lib.secret import Secret
from connections.access import gateway, sealing
from connections.access.sealing import SealBroken
from connections.models import Connection, SecretField
from connections.setup import settings_editing

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(admin: User) -> Any:
    made = settings_editing.create(
        actor=admin,
        name="Kept",
        base_url="https://jira.example.com",
        auth_method="pat",
        verify_tls=False,
    )
    sealing.store(made, SecretField.PASSWORD, Secret("token"))
    Connection.objects.filter(pk=made.pk).update(lifecycle="active", account_id="1")
    yield Connection.objects.get(pk=made.pk)
    gateway.forget(made.pk)


def test_the_same_settings_keep_it(connection: Connection) -> None:
    first = gateway.jira_for(connection)
    assert gateway.jira_for(Connection.objects.get(pk=connection.pk)) is first


@pytest.mark.parametrize(
    "change",
    [{"verify_tls": True}, {"fingerprint": "AB:" * 31 + "AB"}, {"proxy_url": "http://127.0.0.1:9"}],
    ids=lambda change: next(iter(change)),
)
def test_changed_behind_its_back_it_is_built_anew_or_does_not_open(
    connection: Connection, change: dict[str, Any]
) -> None:
    """Written by another process, which cannot make this one forget."""
    first = gateway.jira_for(connection)
    Connection.objects.filter(pk=connection.pk).update(**change)
    try:
        second = gateway.jira_for(Connection.objects.get(pk=connection.pk))
    except SealBroken:
        return  # what was sealed for the old settings is not sent by the new ones
    assert second is not first


def test_another_list_of_allowed_networks_builds_it_anew(
    connection: Connection, settings: Any
) -> None:
    first = gateway.jira_for(connection)
    settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, "10.9.8.0/24"]
    assert gateway.jira_for(connection) is not first
