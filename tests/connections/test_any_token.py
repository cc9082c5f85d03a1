"""Any token of Cloud: where it works is found out, at the site or at Atlassian's gateway, and said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from almconnect.lib.secret import Secret
from connections.access.gateway import jira_for
from connections.credentials import credentials
from connections.credentials.credentials import Credential
from connections.models import Connection
from connections.probes import checkup
from connections.setup import confirm_account, settings_editing
from jira_client.errors import AuthenticationRefused
from jira_sandbox.gateway import issue_token
from jira_sandbox.model.people import User as JiraUser
from jira_sandbox.server import Handle, running

SCOPED, PLAIN = "ATATT3xScoped", "ATATT3xPlain"
ROBOT = "robot-1@serviceaccount.atlassian.com"


@pytest.fixture
def site(settings: Any) -> Iterator[Handle]:
    """A Cloud site behind its gateway, with a token of each kind and a service account."""
    with running("cloud", gateway=True) as handle:
        settings.ATLASSIAN_API = handle.gateway_url
        users = handle.site.users
        users["svc-alm"].api_token = PLAIN
        users["robot"] = JiraUser("robot", "ALM robot", ROBOT, "", "")
        issue_token(handle.site, "svc-alm", SCOPED)
        issue_token(handle.site, "robot", "ATSTT3xRobot")
        yield handle


def asked(site: Handle, secret: str, username: str = "svc-alm@example.com", **values: Any):
    way = "basic" if username else "pat"
    row = settings_editing.create(
        actor=None, **{"name": "Jira", "base_url": site.url, "auth_method": way, **values}
    )
    outcome = credentials.present(row, Credential(way, Secret(secret), username), actor=None)
    return Connection.objects.get(pk=row.pk), outcome


def at_gateway(site: Handle) -> str:
    return f"{site.gateway_url}/ex/jira/{site.site.identity}"


@pytest.mark.parametrize("username", ["svc-alm@example.com", ""])
def test_a_token_with_scopes_is_used_at_the_gateway_and_that_is_said(
    site: Handle, username: str, db: None
) -> None:
    row, outcome = asked(site, SCOPED, username)
    assert (row.lifecycle, row.api_url, row.base_url) == ("active", at_gateway(site), site.url)
    assert "token with scopes" in outcome.notes[0]
    assert at_gateway(site) in outcome.notes[0]
    assert jira_for(row).myself().name == "ALM Service"
    assert row.site_url == site.url
    rows = {one.name: one for one in checkup.run(row).rows}
    assert rows["authentication"].state == "pass"
    assert rows["base_url"].state == "pass", rows["base_url"].message


def test_a_token_without_scopes_stays_at_the_site(site: Handle, db: None) -> None:
    row, outcome = asked(site, PLAIN)
    assert (row.lifecycle, row.api_url) == ("active", "")
    (note,) = outcome.notes  # of its last day, and none of where it works
    assert note.startswith("No last day was entered")


def test_the_token_of_a_service_account_is_not_sent_to_the_site(site: Handle, db: None) -> None:
    calls = site.site.calls
    row, _outcome = asked(site, "ATSTT3xRobot", ROBOT)
    assert (row.account_name, row.api_url) == ("ALM robot", at_gateway(site))
    assert sum(count for call, count in calls.items() if call.endswith("/myself")) == 1


def test_a_token_that_works_nowhere_says_that_both_were_tried(site: Handle, db: None) -> None:
    row = settings_editing.create(actor=None, name="Jira", base_url=site.url, auth_method="basic")
    wrong = Credential("basic", Secret("ATATT3xWrong"), "svc-alm@example.com")
    with pytest.raises(AuthenticationRefused) as refused:
        credentials.present(row, wrong, actor=None)
    assert refused.value.seen["tried as well"] == at_gateway(site)
    assert not credentials.offer(row, wrong, actor=None)
    row.refresh_from_db()
    assert row.api_url == ""
    assert "gateway" in row.diagnosis["remedy"]
    assert "Internal API URL" not in row.diagnosis["remedy"]
    assert "Wrong" not in str(row.diagnosis)


def test_reauthenticating_with_the_other_kind_moves_calls_and_keeps_secrets(
    site: Handle, db: None, admin: User, client_of: Callable[..., Client]
) -> None:
    row, _outcome = asked(site, SCOPED)
    page = client_of(admin)
    found = credentials.present(
        row, Credential("basic", Secret(PLAIN), "svc-alm@example.com"), actor=admin
    )
    row.refresh_from_db()
    assert row.api_url == ""
    where, last_day = found.notes
    assert "works at the site itself" in where
    assert last_day.startswith("No last day was entered")
    assert jira_for(Connection.objects.get(pk=row.pk)).myself().name == "ALM Service"
    assert page.get(reverse("connections:detail", args=[row.pk])).status_code == 200


def test_another_account_waits_with_the_address_at_which_it_works(site: Handle, db: None) -> None:
    row, _outcome = asked(site, PLAIN)
    robot = Credential("basic", Secret("ATSTT3xRobot"), ROBOT)
    assert credentials.present(row, robot, actor=None).pending
    row.refresh_from_db()
    assert row.api_url == ""
    assert jira_for(row).myself().name == "ALM Service"
    confirm_account.confirm(row, actor=None)
    row = Connection.objects.get(pk=row.pk)
    assert (row.api_url, row.account_name) == (at_gateway(site), "ALM robot")
    assert jira_for(row).myself().name == "ALM robot"


def test_a_gateway_address_as_instance_url_is_split(site: Handle, db: None) -> None:
    row, _outcome = asked(site, SCOPED, base_url=at_gateway(site))
    assert (row.base_url, row.api_url) == (site.url, at_gateway(site))
    assert jira_for(row).myself().name == "ALM Service"


def test_what_only_looks_like_the_gateway_stays_in_sight(
    site: Handle, settings: Any, db: None
) -> None:
    settings.ATLASSIAN_API = "https://api.atlassian.com"
    row, _outcome = asked(site, SCOPED, base_url=at_gateway(site))
    assert (row.base_url, row.api_url) == (at_gateway(site), "")


def test_an_address_that_names_another_site_gets_no_token(site: Handle, db: None) -> None:
    """What answers there may say any id; the token works at the gateway, but leads to another site."""
    with running("cloud") as other:
        other.site.identity = site.site.identity
        row = settings_editing.create(
            actor=None, name="Jira", base_url=other.url, auth_method="basic"
        )
        with pytest.raises(AuthenticationRefused):
            credentials.present(
                row, Credential("basic", Secret(SCOPED), "svc-alm@example.com"), actor=None
            )
        row.refresh_from_db()
        assert (row.api_url, row.account_id) == ("", "")


def test_nothing_goes_to_the_gateway_for_data_center(datacenter: Handle, db: None) -> None:
    row = settings_editing.create(
        actor=None, name="Jira", base_url=datacenter.url, auth_method="basic"
    )
    row.store({"deployment": "datacenter"})
    before = sum(datacenter.site.calls.values())
    with pytest.raises(AuthenticationRefused):
        credentials.present(row, Credential("basic", Secret(SCOPED), "svc-alm"), actor=None)
    assert sum(datacenter.site.calls.values()) - before <= 2


def test_what_is_typed_is_tested_where_it_works_and_nothing_is_kept(site: Handle, db: None) -> None:
    values = {"name": "Jira", "base_url": site.url, "auth_method": "basic"}
    typed = Credential("basic", Secret(SCOPED), "svc-alm@example.com")
    result = checkup.try_out(Connection(), values, typed, actor=None)
    rows = {one.name: one for one in result.rows}
    assert rows["authentication"].state == "pass", rows["authentication"].message
    assert rows["projects"].state == "pass", rows["projects"].message
    assert not Connection.objects.exists()


def test_a_token_without_a_last_day_ends_a_year_from_now_at_the_latest(
    site: Handle, db: None
) -> None:
    """Every API token of Cloud ends within a year; a person is told which day was taken."""
    row, outcome = asked(site, SCOPED)
    assert any("a year from now" in note for note in outcome.notes)
    assert row.secret_expires is not None
    assert timedelta(364) < row.secret_expires - timezone.now() <= timedelta(365)
    entered = timezone.now() + timedelta(30)
    again = credentials.present(
        row, Credential("basic", Secret(SCOPED), "svc-alm@example.com", ends=entered), actor=None
    )
    assert not any("a year from now" in note for note in again.notes)
    assert Connection.objects.get(pk=row.pk).secret_expires == entered
