"""The OAuth dance over real HTTP, in the browser, by API token and with a typed code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connections.access.gateway import jira_for
from connections.models import Connection, Lifecycle, SealedSecret
from connections.oauth import handshake, key_pair
from jira_sandbox.server import Handle
from tests.connections.jira_browser import JiraBrowser, make_link, parts_of


@pytest.fixture
def linked(draft_to: Callable[..., Connection], jira: Handle) -> Connection:
    connection = draft_to(jira)
    key_pair.ensure_keys(connection, actor=None)
    make_link(jira, connection.consumer_key, connection.public_key)
    return connection


def test_the_whole_dance(linked: Connection, jira: Handle, admin: Any) -> None:
    started = handshake.start_oauth(linked, actor=admin, session_key="s1")
    address = handshake.authorize(started.flow.pk, person=admin, session_key="s1")
    callback = JiraBrowser(jira, "svc-alm").allow(address)
    path, token, verifier = parts_of(callback)
    assert started.callback_url.endswith(path)
    handshake.answer(
        started.flow.pk, person=admin, session_key="s1", token=token, verifier=verifier
    )
    outcome = handshake.finish_oauth(linked, actor=admin, session_key="s1")
    assert outcome.person.name == "ALM Service"
    assert not outcome.pending
    linked.refresh_from_db()
    assert (linked.lifecycle, linked.health) == (Lifecycle.ACTIVE, "ok")
    assert linked.token_expires is not None
    assert linked.deployment == jira.site.flavour
    assert jira_for(linked).myself().name == "ALM Service"
    sealed = SealedSecret.objects.filter(connection=linked).values_list("field", flat=True)
    assert set(sealed) == {"private_key", "access_token", "session_handle"}


def test_started_by_token_and_finished_in_the_browser_by_the_same_person(
    linked: Connection, jira: Handle, admin: Any
) -> None:
    started = handshake.start_oauth(linked, actor=admin)
    address = handshake.authorize(started.flow.pk, person=admin, session_key="later")
    _, token, verifier = parts_of(JiraBrowser(jira, "svc-alm").allow(address))
    handshake.answer(
        started.flow.pk, person=admin, session_key="later", token=token, verifier=verifier
    )
    assert handshake.finish_oauth(linked, actor=admin).person.name == "ALM Service"


def test_a_typed_code(linked: Connection, jira: Handle, admin: Any) -> None:
    started = handshake.start_oauth(linked, actor=admin, out_of_band=True)
    assert started.authorize_url.startswith(jira.url)
    code = JiraBrowser(jira, "svc-alm").allow_out_of_band(started.authorize_url)
    outcome = handshake.finish_oauth(linked, actor=admin, verifier=f" {code} ")
    assert outcome.person.name == "ALM Service"


def test_started_again_it_answers_the_same_keys(linked: Connection, admin: Any) -> None:
    first = handshake.start_oauth(linked, actor=admin)
    second = handshake.start_oauth(linked, actor=admin)
    assert (first.consumer_key, first.public_key) == (second.consumer_key, second.public_key)
    assert first.flow.pk != second.flow.pk


def test_check_and_close_pressed_again_proves_again(
    linked: Connection, jira: Handle, admin: Any
) -> None:
    started = handshake.start_oauth(linked, actor=admin, out_of_band=True)
    code = JiraBrowser(jira, "svc-alm").allow_out_of_band(started.authorize_url)
    handshake.finish_oauth(linked, actor=admin, verifier=code)
    assert handshake.finish_oauth(linked, actor=admin).person.name == "ALM Service"
