"""An access token that ends soon is renewed by its session handle, once, for the same account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connections.access import gateway, sealing
from connections.credentials import credentials
from connections.models import Connection, SecretField
from connections.oauth import handshake, key_pair, renewal
from jira_sandbox.oauth.mount import provider_of
from jira_sandbox.server import Handle
from tests.connections.conftest import basic_of
from tests.connections.jira_browser import JiraBrowser, make_link


@pytest.fixture
def authorised(draft_to: Callable[..., Connection], jira: Handle, admin: Any) -> Connection:
    connection = draft_to(jira)
    key_pair.ensure_keys(connection, actor=None)
    make_link(jira, connection.consumer_key, connection.public_key)
    started = handshake.start_oauth(connection, actor=admin, out_of_band=True)
    code = JiraBrowser(jira, "svc-alm").allow_out_of_band(started.authorize_url)
    handshake.finish_oauth(connection, actor=admin, verifier=code)
    return connection


def token_of(connection: Connection) -> str:
    found = sealing.load(connection, SecretField.ACCESS_TOKEN)
    assert found is not None
    return found.reveal()


def test_a_token_with_years_left_is_let_alone(authorised: Connection) -> None:
    assert not renewal.due().exists()
    assert not renewal.renew(authorised.pk)


def test_renewed_before_it_ends(authorised: Connection) -> None:
    old = token_of(authorised)
    Connection.objects.update(token_expires=timezone.now() + timedelta(days=5))
    assert renewal.renew(authorised.pk)
    fresh = Connection.objects.get()
    assert token_of(fresh) != old
    assert fresh.token_expires is not None
    assert fresh.token_expires - timezone.now() > timedelta(days=300)
    assert gateway.jira_for(fresh).myself().name == "ALM Service"
    assert not renewal.due().exists()


def test_refused_it_is_tried_again_after_an_hour_and_the_old_token_works(
    authorised: Connection, jira: Handle
) -> None:
    old = token_of(authorised)
    Connection.objects.update(token_expires=timezone.now() + timedelta(days=5))
    for held in provider_of(jira.site).register.tokens.values():
        held.session_handle = "another"
    assert not renewal.renew(authorised.pk)
    assert not renewal.due().exists()
    fresh = Connection.objects.get()
    assert (token_of(fresh), fresh.health) == (old, "ok")
    assert fresh.diagnosis is not None
    Connection.objects.update(renewal_due=timezone.now())
    assert renewal.due().exists()


def test_an_account_that_waits_for_a_word_goes_on_waiting(
    authorised: Connection, jira: Handle, admin: Any
) -> None:
    credentials.present(authorised, basic_of(jira, "rita"), actor=admin)
    Connection.objects.update(token_expires=timezone.now() + timedelta(days=5))
    assert renewal.renew(authorised.pk)
    fresh = Connection.objects.get()
    assert fresh.pending_name == "Rita Train"
    waiting = credentials.pending(fresh)
    assert waiting is not None
    assert waiting.account_name == "Rita Train"
