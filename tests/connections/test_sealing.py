"""A sealed secret opens only in its row, for its field and its address, with its key."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from almconnect.lib.secret import Secret
from connections import editing, sealing
from connections.models import Connection, SealedSecret, SecretField
from connections.sealing import KeysUnusable, SealBroken

CANARY = "canary-7f3a"
pytestmark = pytest.mark.django_db


@pytest.fixture
def make() -> Callable[[str], Connection]:
    def connection(name: str) -> Connection:
        url = f"https://{name}.example.com"
        return editing.create(actor=None, name=name, base_url=url, auth_method="basic")

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
