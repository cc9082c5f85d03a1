"""A new credential: of the same account it is taken, of another it waits for a person's word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from almconnect.lib.secret import Secret
from connections import checkup, credentials, gateway, health
from connections.credentials import Credential
from connections.gateway import NotReady
from connections.models import AuthMethod, Connection
from jira_client.errors import AuthenticationRefused
from jira_client.protocol import Request
from jira_sandbox.serving import Handle
from tests.connections.conftest import basic_of


def test_another_account_waits_and_may_be_taken(
    connected: Callable[..., Connection], jira: Handle, admin: Any
) -> None:
    connection = connected(jira)
    outcome = credentials.present(connection, basic_of(jira, "rita"), actor=admin)
    assert outcome.pending
    assert gateway.jira_for(connection).myself().name == "ALM Service"
    waiting = credentials.pending(connection)
    assert waiting is not None
    assert waiting.account_name == "Rita Train"
    credentials.confirm(connection, actor=admin)
    assert gateway.jira_for(connection).myself().name == "Rita Train"
    connection.refresh_from_db()
    assert connection.account_name == "Rita Train"
    assert credentials.pending(connection) is None


def test_the_old_account_may_be_kept(
    connected: Callable[..., Connection], jira: Handle, admin: Any
) -> None:
    connection = connected(jira)
    credentials.present(connection, basic_of(jira, "rita"), actor=admin)
    credentials.keep(connection, actor=admin)
    assert credentials.pending(connection) is None
    assert gateway.jira_for(connection).myself().name == "ALM Service"


def test_a_refused_credential_changes_nothing(
    connected: Callable[..., Connection], cloud: Handle
) -> None:
    connection = connected(cloud)
    wrong = Credential(AuthMethod.BASIC, Secret("wrong"), connection.username)
    with pytest.raises(AuthenticationRefused):
        credentials.present(connection, wrong, actor=None)
    assert gateway.jira_for(connection).myself().name == "ALM Service"


def test_a_changed_password_stops_and_a_passing_test_resumes(
    connected: Callable[..., Connection], datacenter: Handle
) -> None:
    connection = connected(datacenter)
    datacenter.site.users["svc-alm"].password = "changed"
    with pytest.raises(AuthenticationRefused) as caught:
        gateway.jira_for(connection).projects.list()
    found = health.note_failure(connection, caught.value)
    connection.refresh_from_db()
    assert (connection.health, connection.diagnosis) == ("stopped", found)
    with pytest.raises(NotReady, match="stopped"):
        gateway.jira_for(connection)
    fresh = Credential(AuthMethod.BASIC, Secret("changed"), connection.username)
    credentials.present(connection, fresh, actor=None)
    connection.refresh_from_db()
    assert connection.health == "stopped"
    assert checkup.run(connection).account is not None
    connection.refresh_from_db()
    assert (connection.health, connection.diagnosis) == ("ok", None)
    assert gateway.jira_for(connection).myself().name == "ALM Service"


def test_a_personal_access_token(draft_to: Callable[..., Connection], datacenter: Handle) -> None:
    basic = draft_to(datacenter, auth_method="basic")
    client = credentials.candidate(basic, basic_of(datacenter))
    made = client.call(
        Request("POST", "/rest/pat/latest/tokens", json={"name": "alm", "expirationDuration": 9})
    )
    connection = draft_to(datacenter, auth_method="pat")
    token = Credential(AuthMethod.PAT, Secret(made["rawToken"]))
    assert credentials.offer(connection, token, actor=None)
    assert gateway.jira_for(connection).myself().name == "ALM Service"
