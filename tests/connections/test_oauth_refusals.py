"""What does not fit the flow is refused: nothing is stored, one audit entry, a plain sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from almconnect.lib.api import Refused
from connections.models import Connection, OAuthFlow, SealedSecret
from connections.oauth import handshake, key_pair
from jira_client.errors import OAuthProblem
from jira_sandbox.server import Handle
from tests.connections.jira_browser import JiraBrowser, make_link, parts_of

Way = tuple[handshake.Started, str, str]


@pytest.fixture
def linked(draft_to: Callable[..., Connection], cloud: Handle) -> Connection:
    connection = draft_to(cloud)
    key_pair.ensure_keys(connection, actor=None)
    make_link(cloud, connection.consumer_key, connection.public_key)
    return connection


@pytest.fixture
def way(linked: Connection, cloud: Handle, admin: Any) -> Way:
    """A flow that was allowed in Jira, before the answer is taken."""
    started = handshake.start_oauth(linked, actor=admin, session_key="mine")
    address = handshake.authorize(started.flow.pk, person=admin, session_key="mine")
    _, token, verifier = parts_of(JiraBrowser(cloud, "svc-alm").allow(address))
    return started, token, verifier


def refused(code: str, way: Way, **change: Any) -> None:
    """The answer with these changes is refused, and leaves one audit entry and no secret."""
    started, token, verifier = way
    values = {"session_key": "mine", "token": token, "verifier": verifier} | change
    before = AuditEntry.objects.filter(action="oauth.refused").count()
    with pytest.raises(Refused) as caught:
        handshake.answer(started.flow.pk, **values)
    assert caught.value.code == code
    entries = AuditEntry.objects.filter(action="oauth.refused")
    assert entries.count() == before + 1
    assert entries.order_by("-id")[0].after["reason"] == code
    stored = SealedSecret.objects.filter(connection=started.flow.connection)
    assert set(stored.values_list("field", flat=True)) == {"private_key"}


def test_another_person(way: Way, person: Callable[..., Any]) -> None:
    refused("flow_foreign", way, person=person("mallory", role="admin"))


def test_another_session(way: Way, admin: Any) -> None:
    refused("flow_foreign", way, person=admin, session_key="stolen")


def test_another_token(way: Way, admin: Any) -> None:
    refused("flow_token", way, person=admin, token="0" * 32)


def test_expired(way: Way, admin: Any) -> None:
    OAuthFlow.objects.update(expires=timezone.now() - timedelta(seconds=1))
    refused("flow_expired", way, person=admin)


def test_replayed(way: Way, admin: Any) -> None:
    started, token, verifier = way
    handshake.answer(
        started.flow.pk, person=admin, session_key="mine", token=token, verifier=verifier
    )
    refused("flow_used", way, person=admin)


def test_denied_in_jira(linked: Connection, cloud: Handle, admin: Any) -> None:
    started = handshake.start_oauth(linked, actor=admin, session_key="mine")
    address = handshake.authorize(started.flow.pk, person=admin, session_key="mine")
    _, token, verifier = parts_of(JiraBrowser(cloud, "svc-alm").deny(address))
    refused("oauth_denied", (started, token, verifier), person=admin)
    with pytest.raises(Refused, match="denied"):
        handshake.finish_oauth(linked, actor=admin, session_key="mine")


def test_finished_once_only(way: Way, linked: Connection, admin: Any) -> None:
    started, token, verifier = way
    handshake.answer(
        started.flow.pk, person=admin, session_key="mine", token=token, verifier=verifier
    )
    handshake.finish_oauth(linked, actor=admin, session_key="mine")
    flow = OAuthFlow.objects.get()
    assert (flow.outcome, flow.sealed_token) == ("finished", {})
    with pytest.raises(Refused) as caught:
        handshake.authorize(flow.pk, person=admin, session_key="mine")
    assert caught.value.code == "flow_used"


def test_another_session_cannot_finish(way: Way, linked: Connection, admin: Any) -> None:
    started, token, verifier = way
    handshake.answer(
        started.flow.pk, person=admin, session_key="mine", token=token, verifier=verifier
    )
    with pytest.raises(Refused) as caught:
        handshake.finish_oauth(linked, actor=admin, session_key="stolen")
    assert caught.value.code == "flow_foreign"
    assert OAuthFlow.objects.get().used is None


def test_a_mistyped_code_may_be_typed_again(linked: Connection, cloud: Handle, admin: Any) -> None:
    started = handshake.start_oauth(linked, actor=admin, out_of_band=True)
    code = JiraBrowser(cloud, "svc-alm").allow_out_of_band(started.authorize_url)
    with pytest.raises(OAuthProblem) as caught:
        handshake.finish_oauth(linked, actor=admin, verifier="wrong")
    assert caught.value.problem == "token_rejected"
    assert handshake.finish_oauth(linked, actor=admin, verifier=code).person.name == "ALM Service"
