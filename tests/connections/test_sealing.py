"""A sealed secret opens only in its row, for its field and its address, with its key."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection as database
from django.utils import timezone

from almconnect.lib.secret import Secret
from connections.access import sealing
from connections.access.sealing import KeysUnusable, SealBroken
from connections.models import Connection, SealedSecret, SecretField
from connections.setup import settings_editing

CANARY = "canary-7f3a"
pytestmark = pytest.mark.django_db


@pytest.fixture
def make() -> Callable[[str], Connection]:
    def connection(name: str) -> Connection:
        url = f"https://{name}.example.com"
        return settings_editing.create(actor=None, name=name, base_url=url, auth_method="basic")

    return connection


def test_opens_where_it_belongs(make: Callable[[str], Connection]) -> None:
    one = make("one")
    row = sealing.store(one, SecretField.PASSWORD, Secret(CANARY))
    assert CANARY not in row.sealed
    found = sealing.load(one, SecretField.PASSWORD)
    assert found is not None
    assert found.reveal() == CANARY


def test_does_not_open_in_another_row(make: Callable[[str], Connection]) -> None:
    one, two = make("one"), make("two")
    sealed = sealing.store(one, SecretField.PASSWORD, Secret(CANARY)).sealed
    sealing.store(two, SecretField.PASSWORD, Secret("other"))
    SealedSecret.objects.filter(connection=two).update(sealed=sealed)
    with pytest.raises(SealBroken):
        sealing.load(two, SecretField.PASSWORD)


def test_does_not_open_in_another_row_of_the_same_address(
    make: Callable[[str], Connection],
) -> None:
    """Two connections to one Jira, with the same settings: only the row tells them apart."""
    one, two = make("one"), make("two")
    Connection.objects.filter(pk=two.pk).update(base_url=one.base_url)
    two = Connection.objects.get(pk=two.pk)
    sealed = sealing.store(one, SecretField.PASSWORD, Secret(CANARY)).sealed
    sealing.store(two, SecretField.PASSWORD, Secret("other"))
    SealedSecret.objects.filter(connection=two).update(sealed=sealed)
    with pytest.raises(SealBroken):
        sealing.load(two, SecretField.PASSWORD)


def test_does_not_open_as_another_field(make: Callable[[str], Connection]) -> None:
    one = make("one")
    sealing.store(one, SecretField.PASSWORD, Secret(CANARY))
    SealedSecret.objects.update(field=SecretField.ACCESS_TOKEN)
    with pytest.raises(SealBroken):
        sealing.load(one, SecretField.ACCESS_TOKEN)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("base_url", "https://evil.example.com"),
        ("base_url", "http://one.example.com"),
        ("base_url", "https://one.example.com:8443"),
        ("base_url", "https://one.example.com/jira"),
        ("api_url", "https://evil.example.com"),
    ],
)
def test_does_not_open_for_an_address_edited_in_the_database(
    make: Callable[[str], Connection], column: str, value: str
) -> None:
    one = make("one")
    sealing.store(one, SecretField.PASSWORD, Secret(CANARY))
    Connection.objects.update(**{column: value})
    one.refresh_from_db()
    with pytest.raises(SealBroken) as caught:
        sealing.load(one, SecretField.PASSWORD)
    assert CANARY not in str(caught.value)


TLS = {
    "verify_tls": False,
    "tls_off_until": timezone.now() + timedelta(days=9),
    "ca_bundle": "-----BEGIN CERTIFICATE-----",
    "fingerprint": "ab" * 32,
}
SENT = [one for one in SecretField if one not in sealing.NEVER_SENT]


@pytest.mark.parametrize("column", [*TLS, "proxy_url"])
@pytest.mark.parametrize("field", SENT)
def test_does_not_open_for_tls_settings_edited_in_the_database(
    make: Callable[[str], Connection], column: str, field: SecretField
) -> None:
    one = make("one")
    sealing.store(one, field, Secret(CANARY))
    Connection.objects.update(**{column: TLS.get(column, "http://proxy.example.com:3128")})
    one.refresh_from_db()
    with pytest.raises(SealBroken) as caught:
        sealing.load(one, field)
    assert CANARY not in str(caught.value)


def test_an_unverified_connection_cannot_be_prolonged_in_the_database(
    make: Callable[[str], Connection],
) -> None:
    one = make("one")
    settings_editing.edit(one, actor=None, values={"verify_tls": False})
    sealing.store(one, SecretField.PASSWORD, Secret(CANARY))
    Connection.objects.update(tls_off_until=timezone.now() + timedelta(days=900))
    one.refresh_from_db()
    with pytest.raises(SealBroken):
        sealing.load(one, SecretField.PASSWORD)


def test_the_verbs_seal_again(make: Callable[[str], Connection]) -> None:
    """Each change of TLS settings by a person, and the renewal, and back to the ordinary way."""
    one = make("one")
    fields = (*SENT, SecretField.WEBHOOK)
    for field in fields:
        sealing.store(one, field, Secret(f"{CANARY} {field}"))
    old = dict(SealedSecret.objects.values_list("field", "sealed"))

    def opens() -> bool:
        fresh = Connection.objects.get(pk=one.pk)
        found = [sealing.load(fresh, field) for field in fields]
        return [secret and secret.reveal() for secret in found] == [
            f"{CANARY} {field}" for field in fields
        ]

    for values in ({"verify_tls": False}, {"fingerprint": "ab" * 32}):
        settings_editing.edit(one, actor=None, values=values)
        assert opens()
    settings_editing.renew_tls_off(one, actor=None)
    assert opens()
    SealedSecret.objects.filter(field="password").update(sealed=old["password"])
    with pytest.raises(SealBroken):  # the text from before, put back in the database
        sealing.load(Connection.objects.get(pk=one.pk), SecretField.PASSWORD)
    sealing.store(one, SecretField.PASSWORD, Secret(f"{CANARY} password"))
    settings_editing.edit(one, actor=None, values={"verify_tls": True, "fingerprint": ""})
    assert opens()


def test_rows_of_before_are_taken_over_once(make: Callable[[str], Connection]) -> None:
    migration = import_module("connections.migrations.0015_bind_tls_into_the_seal")
    one, two = make("one"), make("two")
    settings_editing.edit(one, actor=None, values={"fingerprint": "ab" * 32})
    for connection in (one, two):
        row = sealing.store(connection, SecretField.PASSWORD, Secret(CANARY))
        row.sealed = sealing.seal_text(
            CANARY, table="secret", row=row.pk, field="password", origin=connection.sealed_for
        )
        row.save()
    editor = SimpleNamespace(connection=database)
    migration.bind(apps, editor)
    for connection in (one, two):
        assert sealing.load(connection, SecretField.PASSWORD) == Secret(CANARY)
    migration.loosen(apps, editor)
    with pytest.raises(SealBroken):
        sealing.load(one, SecretField.PASSWORD)
    migration.bind(apps, editor)
    assert sealing.load(one, SecretField.PASSWORD) == Secret(CANARY)


def ring(*kids: str) -> str:
    return ",".join(f"{k}:{base64.b64encode((k * 32)[:32].encode()).decode()}" for k in kids)


def test_a_changed_key_refuses_to_start(make: Callable[[str], Connection], settings: Any) -> None:
    settings.ENCRYPTION_KEYS = ring("a")
    sealing.store(make("one"), SecretField.PASSWORD, Secret(CANARY))
    sealing.check_keys()
    settings.ENCRYPTION_KEYS = ring("a").replace("a:", "a:").replace("YWFh", "YmJi", 1)
    with pytest.raises(KeysUnusable, match="ALMCONNECT_ENCRYPTION_KEYS"):
        sealing.check_keys()
    settings.ENCRYPTION_KEYS = ring("b")
    with pytest.raises(KeysUnusable, match="lacks the key"):
        sealing.check_keys()
