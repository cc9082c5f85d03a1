"""Two connections exchange their Jiras: every column of a Jira, every secret, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from almconnect.lib.secret import Secret
from connections.access import sealing
from connections.access.sealing import SealBroken
from connections.models import (
    AuthMethod,
    Connection,
    OAuthFlow,
    PermissionReport,
    RateBudget,
    SealedSecret,
    SecretField,
)
from connections.setup.site_exchange import OF_JIRA, swap

pytestmark = pytest.mark.django_db

# What stays with the connection, or belongs to neither afterwards; each column is in one of the lists.
STAYS = {
    "id", "name", "tool", "lifecycle", "created", "updated", "created_by_id", "last_in", "last_out",
    "move_part", "site_before", "refused_digest", "call_after",
}  # fmt: skip


@pytest.fixture
def oauth(admin: User) -> Connection:
    made = Connection.objects.create(
        name="Old", base_url="https://old.example.com/jira", auth_method=AuthMethod.OAUTH1,
        consumer_key="alm-1", public_key="PUBLIC", proxy_url="http://proxy.example.com:3128",
        ca_bundle="", fingerprint="AA:BB", deployment="datacenter", account_id="svc",
        webhook_id="7", webhook_signed=True, lifecycle="active",
    )  # fmt: skip
    for field in ("private_key", "access_token", "session_handle", "webhook"):
        sealing.store(made, SecretField(field), Secret(f"old {field}"))
    return made


@pytest.fixture
def basic(admin: User) -> Connection:
    made = Connection.objects.create(
        name="New", base_url="https://new.example.net", auth_method=AuthMethod.BASIC,
        username="svc@example.net", consumer_key="alm-2", deployment="cloud", account_id="712020:x",
        lifecycle="active",
    )  # fmt: skip
    for field in ("password", "webhook"):
        sealing.store(made, SecretField(field), Secret(f"new {field}"))
    return made


def test_every_column_is_decided() -> None:
    columns = {one.attname for one in Connection._meta.concrete_fields}
    assert columns == {*OF_JIRA, *STAYS}
    assert not set(OF_JIRA) & STAYS


def exchanged(one: Connection, other: Connection) -> tuple[Connection, Connection]:
    with transaction.atomic():
        swap(one, other)
    return Connection.objects.get(pk=one.pk), Connection.objects.get(pk=other.pk)


def test_what_is_of_the_jira_goes_and_what_people_gave_stays(
    oauth: Connection, basic: Connection
) -> None:
    first = {name: getattr(oauth, name) for name in OF_JIRA}
    second = {name: getattr(basic, name) for name in OF_JIRA}
    one, other = exchanged(oauth, basic)
    assert {name: getattr(one, name) for name in OF_JIRA} == second
    assert {name: getattr(other, name) for name in OF_JIRA} == first
    assert (one.name, other.name) == ("Old", "New")
    assert (oauth.base_url, basic.base_url) == (one.base_url, other.base_url)


def test_secrets_open_where_their_jira_is_and_are_not_sealed_again(
    oauth: Connection, basic: Connection
) -> None:
    sealed = dict(SealedSecret.objects.values_list("pk", "sealed"))
    one, other = exchanged(oauth, basic)
    assert dict(SealedSecret.objects.values_list("pk", "sealed")) == sealed
    for field in ("private_key", "access_token", "session_handle", "webhook"):
        found = sealing.load(other, SecretField(field))
        assert found is not None
        assert found.reveal() == f"old {field}"
    for field in ("password", "webhook"):
        found = sealing.load(one, SecretField(field))
        assert found is not None
        assert found.reveal() == f"new {field}"
    assert sealing.load(one, SecretField.ACCESS_TOKEN) is None
    row = SealedSecret.objects.get(connection=one, field="password")
    SealedSecret.objects.filter(connection=other, field="webhook").delete()
    SealedSecret.objects.filter(pk=row.pk).update(connection=other, field="webhook")
    with pytest.raises(SealBroken):
        sealing.load(other, SecretField.WEBHOOK)


def test_there_and_back_is_as_before(oauth: Connection, basic: Connection) -> None:
    def rows() -> list[Any]:
        return list(Connection.objects.order_by("pk").values(*OF_JIRA, "name"))

    before = rows()
    exchanged(oauth, basic)
    exchanged(Connection.objects.get(pk=oauth.pk), Connection.objects.get(pk=basic.pk))
    assert rows() == before


def test_reports_go_along_and_runs_of_the_dance_end(
    oauth: Connection, basic: Connection, admin: User
) -> None:
    mine = PermissionReport.objects.create(connection=oauth)
    RateBudget.objects.create(connection=oauth)
    flow = OAuthFlow.objects.create(
        connection=oauth, user=admin, expires=oauth.created, sealed_token={"sealed": "x"}
    )
    exchanged(oauth, basic)
    mine.refresh_from_db()
    flow.refresh_from_db()
    assert mine.connection_id == basic.pk
    assert (flow.outcome, flow.sealed_token) == ("wiped", {})
    assert not RateBudget.objects.exists()
