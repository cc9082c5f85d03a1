"""A new credential: of the same account it is taken, of another it waits for a person's word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from almconnect.lib.secret import Secret
from connections.access import gateway
from connections.access.gateway import NotReady
from connections.credentials import credentials
from connections.credentials.credentials import Credential
from connections.health import health
from connections.models import AuthMethod, Connection, MappedProject
from connections.probes import checkup
from connections.report import comparison, permission_report
from connections.setup import confirm_account
from jira_client.errors import AuthenticationRefused
from jira_client.protocol import Request
from jira_sandbox.server import Handle
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
    confirm_account.confirm(connection, actor=admin)
    assert gateway.jira_for(connection).myself().name == "Rita Train"
    connection.refresh_from_db()
    assert connection.account_name == "Rita Train"
    assert credentials.pending(connection) is None


def test_the_old_account_may_be_kept(
    connected: Callable[..., Connection], jira: Handle, admin: Any
) -> None:
    connection = connected(jira)
    credentials.present(connection, basic_of(jira, "rita"), actor=admin)
    confirm_account.keep(connection, actor=admin)
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


def test_both_accounts_are_compared_by_a_report_not_by_the_page(
    connected: Callable[..., Connection],
    jira: Handle,
    client_of: Callable[..., Client],
    admin: Any,
) -> None:
    connection, client = connected(jira), client_of(admin)
    for key in ("FALCON", "OTTER"):
        found = jira.site.project(key)
        assert found is not None
        MappedProject.objects.create(
            connection=connection, remote_id=str(found.id), key=key, name=key
        )
    credentials.present(connection, basic_of(jira, "rita"), actor=admin)
    address = f"/connections/{connection.pk}/account/"
    before = sum(jira.site.calls.values())
    page = client.get(address).content.decode()
    assert sum(jira.site.calls.values()) == before  # the page itself asks Jira nothing
    assert "Comparing what the two accounts may do" in page
    assert client.get(address).status_code == 200
    asked = list(connection.reports.order_by("created"))
    assert [row.offered for row in asked] == [False, True]  # asked once, not by every look
    for row in asked:
        assert permission_report.take(row.pk)
    page = client.get(address).content.decode()
    assert "Rita Train lacks" in page
    assert "2 mapped projects were compared." in page
    assert "What the board will do" in page
    assert "Not compared: screens, issue types and boards." in page
    both = comparison.accounts_of(connection)
    assert both is not None
    rows = {row["name"]: row for row in comparison.side_by_side(both)[0]["permissions"]}
    assert (rows["Delete Issues"]["was"], rows["Delete Issues"]["now"]) == ("held", "missing")
    confirm_account.keep(connection, actor=admin)
    shown = client.get(f"/connections/{connection.pk}/permissions/").content.decode()
    assert str(asked[1].pk) not in shown  # the other account's report is no part of the history


def test_a_stopped_account_is_not_asked_again_for_the_comparison(
    connected: Callable[..., Connection],
    datacenter: Handle,
    client_of: Callable[..., Client],
    admin: Any,
) -> None:
    connection = connected(datacenter)
    found = datacenter.site.project("FALCON")
    assert found is not None
    MappedProject.objects.create(
        connection=connection, remote_id=str(found.id), key="FALCON", name="Falcon"
    )
    seen = permission_report.take(permission_report.request(connection, (), actor=None).pk)
    Connection.objects.update(health="stopped")
    connection.refresh_from_db()
    credentials.present(connection, basic_of(datacenter, "rita"), actor=admin)
    asked = comparison.compare_accounts(connection, actor=admin)
    assert [row.offered for row in asked] == [True]
    assert permission_report.take(asked[0].pk)
    both = comparison.accounts_of(connection)
    assert both is not None
    assert both.was == seen
    assert comparison.lost_and_gained(comparison.side_by_side(both))[0] > 0
    connection.refresh_from_db()
    assert connection.health == "stopped"  # the offered account says nothing about the one in use
