""" "Test connection" on the form tests what is typed; and what the form takes besides: the day a token
expires, the key's size, thirty more days without verifying, a refused password once more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from connections.access import gateway
from connections.models import Connection
from jira_sandbox.server import Handle
from tests.connections.conftest import basic_of
from tests.connections.eavesdropper import eavesdropping
from tests.connections.field_errors import field_errors


@pytest.fixture
def browser(client_of: Callable[..., Client], admin: Any) -> Client:
    return client_of(admin)


def typed(connection: Connection, **more: str) -> dict[str, str]:
    return {
        "method": "basic",
        "name": connection.name,
        "base_url": connection.base_url,
        "verify_tls": "on",
        "username": connection.username,
    } | more


def edit(browser: Client, connection: Connection, **more: str) -> Any:
    return browser.post(f"/connections/{connection.pk}/edit/", typed(connection, **more))


def kept(connection: Connection) -> list[Any]:
    """Everything that a test must leave alone; that Jira refused a secret is remembered, unreadably."""
    (row,) = Connection.objects.filter(pk=connection.pk).values()
    del row["refused_digest"]
    return [row, *connection.secrets.order_by("pk").values()]


def test_a_typed_password_is_tested_and_not_kept(
    connected: Callable[..., Connection], jira: Handle, browser: Client
) -> None:
    connection = connected(jira)
    before = kept(connection)
    other = basic_of(jira, "rita")
    secret = other.secret.reveal()
    right = edit(browser, connection, username=other.username, password=secret, test="1")
    words = right.content.decode()
    assert f"Tested {jira.url}" in words
    assert "as Rita Train" in words
    assert "This is what you typed below; nothing was saved." in words
    assert secret not in words
    wrong = edit(browser, connection, username=other.username, password="wrong", test="1")
    assert "without a proven account" in wrong.content.decode()
    assert kept(connection) == before


def test_a_typed_address_is_tested_without_the_stored_secret(
    connected: Callable[..., Connection], datacenter: Handle, browser: Client
) -> None:
    connection = connected(datacenter)
    before = kept(connection)
    with eavesdropping() as ear:
        answer = edit(browser, connection, base_url=ear.url, password="typed-one", test="1")
        assert f"Tested {ear.url}" in answer.content.decode()
        assert basic_of(datacenter).secret.reveal() not in ear.heard
        assert "Authorization" in ear.heard
    assert kept(connection) == before


def test_the_stored_secret_is_tested_where_none_is_typed(
    connected: Callable[..., Connection], jira: Handle, browser: Client
) -> None:
    connection = connected(jira)
    words = edit(browser, connection, name="Another name", test="1").content.decode()
    assert "as ALM Service" in words
    assert Connection.objects.get().name == connection.name


def test_the_day_a_token_expires(
    connected: Callable[..., Connection], cloud: Handle, browser: Client
) -> None:
    connection = connected(cloud)
    over = (timezone.localdate() - timedelta(days=1)).isoformat()
    refused = field_errors(edit(browser, connection, secret_expires=over).content.decode())
    assert refused == {"secret_expires": "This day is over: make a new token in Jira first."}
    garbage = field_errors(edit(browser, connection, secret_expires="soon").content.decode())
    assert list(garbage) == ["secret_expires"]
    day = timezone.localdate() + timedelta(days=5)
    secret = basic_of(cloud).secret.reveal()
    edit(browser, connection, secret_expires=day.isoformat(), password=secret)
    connection.refresh_from_db()
    assert connection.secret_expires
    assert timezone.localtime(connection.secret_expires).date() == day
    words = browser.get(f"/connections/{connection.pk}/").content.decode()
    assert "The API token or password ends in 5 days." in words
    form = browser.get(f"/connections/{connection.pk}/edit/").content.decode()
    assert f'value="{day.isoformat()}"' in form


@pytest.mark.parametrize("bits", [2048, 3072])
def test_the_key_has_the_chosen_size(bits: int, cloud: Handle, browser: Client) -> None:
    form = {"name": "J", "base_url": cloud.url, "verify_tls": "on", "key_bits": str(bits)}
    assert browser.post("/connections/new/jira/", form).status_code == 302
    made = load_pem_public_key(Connection.objects.get().public_key.encode())
    assert made.key_size == bits  # type: ignore[union-attr]
    again = browser.get(f"/connections/{Connection.objects.get().pk}/edit/").content.decode()
    assert "OAuth key size" not in again


def test_an_unknown_size_is_refused_beside_its_field(db: None, browser: Client) -> None:
    form = {"name": "J", "base_url": "https://jira.example.com", "key_bits": "512"}
    answer = browser.post("/connections/new/jira/", form)
    assert list(field_errors(answer.content.decode())) == ["key_bits"]
    assert not Connection.objects.exists()


def test_thirty_more_days_are_an_admins_own_act(
    connected: Callable[..., Connection], cloud: Handle, browser: Client, client_of: Any, rte: Any
) -> None:
    connection = connected(cloud, verify_tls=False)
    soon = timezone.now() + timedelta(days=2)
    Connection.objects.update(tls_off_until=soon)
    edit(browser, connection, name="Renamed", verify_tls="")
    connection.refresh_from_db()
    assert connection.tls_off_until == soon, "saving the form renews nothing"
    page = f"/connections/{connection.pk}/"
    assert "Renew for 30 days" not in client_of(rte).get(page).content.decode()
    assert client_of(rte).post(f"{page}tls-off/renew/").status_code == 403
    assert "Renew for 30 days" in browser.get(page).content.decode()
    browser.post(f"{page}tls-off/renew/")
    connection.refresh_from_db()
    assert connection.tls_off_until
    assert connection.tls_off_until - timezone.now() > timedelta(days=29)
    assert AuditEntry.objects.filter(action="connection.tls_off_renewed").count() == 1


def test_a_refused_password_is_sent_again_only_on_a_persons_word(
    connected: Callable[..., Connection], datacenter: Handle, browser: Client
) -> None:
    connection = connected(datacenter)
    datacenter.site.users["svc-alm"].password = "changed-later"
    first = edit(browser, connection, password="new-one")
    assert first.status_code == 409
    assert edit(browser, connection, password="new-one").status_code == 409
    second = edit(browser, connection, password="new-one").content.decode()
    assert "send it once more" in second
    datacenter.site.users["svc-alm"].password = "new-one"
    done = edit(browser, connection, password="new-one", retry="1")
    assert done.status_code == 302
    gateway.forget(connection.pk)
    assert gateway.jira_for(Connection.objects.get(), for_check=True).myself().name == "ALM Service"
