"""The pages of a connection: who is offered what, drafts that go on, the other account, deletion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry
from connections.credentials import credentials
from connections.models import Connection
from connections.oauth import admin_instructions, key_pair
from jira_sandbox.server import Handle
from tests.connections.conftest import basic_of

People = Callable[..., Client]


def page(connection: Connection, name: str) -> str:
    return reverse(f"connections:{name}", args=[connection.pk])


def test_what_a_role_may_not_do_is_not_offered(
    connected: Callable[..., Connection], cloud: Handle, client_of: People, rte: Any, viewer: Any
) -> None:
    connection = connected(cloud)
    seen = client_of(viewer).get(page(connection, "detail")).content.decode()
    assert "ALM Service" in seen
    for button in ("Test connection", "Pause", "Re-authenticate", "Delete this connection"):
        assert button not in seen
    offered = client_of(rte).get(page(connection, "detail")).content.decode()
    assert "Test connection" in offered
    assert "Re-authenticate" not in offered
    for name in ("edit", "reauthenticate", "delete", "setup_oauth", "account"):
        assert client_of(rte).get(page(connection, name)).status_code == 403
    assert client_of(viewer).post(page(connection, "test")).status_code == 403


def test_a_draft_is_gone_on_with_by_another_admin(
    draft_to: Callable[..., Connection], cloud: Handle, client_of: People, person: Any
) -> None:
    draft = draft_to(cloud)
    home = client_of(person("second", role="admin")).get("/").content.decode()
    assert "Go on with the setup" in home
    form = client_of(person("third", role="admin")).get(page(draft, "edit")).content.decode()
    assert cloud.url in form


def test_the_admin_s_part_needs_no_sign_in_and_shows_no_secret(
    draft_to: Callable[..., Connection], cloud: Handle
) -> None:
    draft = draft_to(cloud)
    key_pair.ensure_keys(draft, actor=None)
    shown = Client().get(admin_instructions.path_for(draft))
    words = shown.content.decode()
    assert draft.consumer_key in words
    assert "Create incoming link" in words
    assert "PRIVATE" not in words
    assert draft.webhook_token not in words
    assert Client().get(admin_instructions.path_for(draft)[:-3] + "xx/").status_code == 404


def test_another_account_is_shown_side_by_side(
    connected: Callable[..., Connection], jira: Handle, client_of: People, admin: Any
) -> None:
    connection = connected(jira)
    other = basic_of(jira, "rita")
    browser = client_of(admin)
    typed = {"username": other.username, "password": other.secret.reveal()}
    away = browser.post(page(connection, "reauthenticate"), typed)
    assert away["Location"] == page(connection, "account")
    words = browser.get(page(connection, "account")).content.decode()
    assert "Rita Train authorised; until now it was ALM Service" in words
    browser.post(page(connection, "account"), {"take": "old"})
    connection.refresh_from_db()
    assert connection.account_name == "ALM Service"
    assert credentials.pending(connection) is None


def test_deleting_says_what_goes_and_keeps_the_audit_trail(
    connected: Callable[..., Connection], cloud: Handle, client_of: People, admin: Any
) -> None:
    connection = connected(cloud)
    browser = client_of(admin)
    asked = browser.get(page(connection, "delete")).content.decode()
    assert "stored credentials" in asked
    browser.post(page(connection, "delete"))
    assert not Connection.objects.exists()
    entry = AuditEntry.objects.get(action="connection.deleted")
    assert (entry.actor, entry.before["stored credentials"]) == (admin, 1)


def test_tls_off_is_a_banner_that_names_its_end(
    draft_to: Callable[..., Connection], cloud: Handle, client_of: People, viewer: Any
) -> None:
    connection = draft_to(cloud, verify_tls=False)
    seen = client_of(viewer).get(page(connection, "detail")).content.decode()
    assert "TLS certificates are not verified." in seen
    Connection.objects.update(tls_off_until=connection.created)
    again = client_of(viewer).get(page(connection, "detail")).content.decode()
    assert "TLS certificates are not verified." not in again
