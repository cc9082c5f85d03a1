"""Service accounts by OAuth 2.0 client credentials: connected, renewed in time, asked anew after a 401,
revoked ones told apart from tokens that ended; and nothing of a secret is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections as databases
from django.utils import timezone

from almconnect.lib.api import Refused
from almconnect.lib.secret import Secret
from connections.access import gateway, sealing, service_tokens
from connections.credentials import credentials
from connections.credentials.credentials import Credential
from connections.health import health
from connections.models import Connection, SecretField
from connections.probes import checkup
from connections.setup import settings_editing
from jira_client.errors import ClientRefused
from jira_sandbox.gateway import service_account
from jira_sandbox.model.people import User as JiraUser
from jira_sandbox.server import Handle, running
from jira_sandbox.service_tokens import credential
from planning.item_editing import edit_item
from planning.models import WorkItem
from sync.mapping import project_mapping
from sync.outbound import send_changes
from sync.runs import project_runs

ID, SECRET = "client-1", "ATOA-very-secret"


@pytest.fixture(params=["cloud", "datacenter"])
def site(request: pytest.FixtureRequest, settings: Any) -> Iterator[Handle]:
    cloud = request.param == "cloud"
    with running(request.param, gateway=cloud) as handle:
        if cloud:
            settings.ATLASSIAN_API = settings.ATLASSIAN_AUTH = handle.gateway_url
            service_account(handle.site)
        else:
            handle.site.add_user(JiraUser("robot", "ALM Robot", "robot@example.com", "", ""))
            for held in handle.site.grants.values():
                held["robot"] = set(held["svc-alm"])
        credential(handle.site, "robot", ID, SECRET)
        yield handle


def connected(site: Handle, client_id: str = ID, secret: str = SECRET) -> Connection:
    row = settings_editing.create(actor=None, name="Jira", base_url=site.url, auth_method="service")
    credentials.present(row, Credential("service", Secret(secret), client_id), actor=None)
    return Connection.objects.get(pk=row.pk)


def handed_out(site: Handle) -> int:
    return sum(one.startswith("sat-") for one in site.site.scoped_tokens)


def test_client_id_and_secret_connect(site: Handle, db: None) -> None:
    row = connected(site)
    assert (row.lifecycle, row.account_name, row.username) == ("active", "ALM Robot", ID)
    assert row.site_url == site.url
    if site.site.cloud:
        assert row.api_url == f"{site.gateway_url}/ex/jira/{site.site.identity}"
    rows = {one.name: one for one in checkup.run(row).rows}
    assert (rows["authentication"].state, rows["account"].state) == ("pass", "pass")
    open_to_it = rows["scopes"]
    assert open_to_it.state == ("pass" if site.site.cloud else "warning")
    if not site.site.cloud:
        assert "without scopes: boards, sprints, webhook" in open_to_it.message
        assert "iterations stay on the board" in open_to_it.remedy


def test_one_token_serves_all_processes_until_its_end(site: Handle, db: None) -> None:
    row = connected(site)
    before = handed_out(site)
    for _ in range(3):
        gateway.forget(row.pk)  # as another process
        gateway.jira_for(row).myself()
    assert handed_out(site) == before + 1
    ends = timezone.now() + service_tokens.EARLY - timedelta(seconds=1)
    sealed = sealing.load(row, SecretField.ACCESS_TOKEN)
    assert sealed
    text = sealed.reveal()
    moment = text.split('"ends":"')[1].split('"')[0]
    sealing.store(row, SecretField.ACCESS_TOKEN, Secret(text.replace(moment, ends.isoformat())))
    gateway.forget(row.pk)
    gateway.jira_for(row).myself()
    assert handed_out(site) == before + 2


def test_a_token_that_was_taken_back_is_asked_for_once_more(site: Handle, db: None) -> None:
    row = connected(site)
    jira = gateway.jira_for(row)
    jira.myself()
    for name in [one for one in site.site.scoped_tokens if one.startswith("sat-")]:
        del site.site.scoped_tokens[name]
    assert jira.myself().name == "ALM Robot"
    assert handed_out(site) == 1


def test_a_revoked_credential_is_told_apart_and_stops_the_connection(
    site: Handle, db: None
) -> None:
    row = connected(site)
    site.site.service_clients.clear()
    site.site.scoped_tokens.clear()
    gateway.forget(row.pk)
    with pytest.raises(ClientRefused) as refused:
        gateway.jira_for(row).myself()
    found = health.note_failure(row, refused.value)
    assert found["code"] == "client_refused"
    assert "revoked" in found["what"]
    assert SECRET not in str(found)
    row.refresh_from_db()
    assert (row.health, row.renewal_due) == ("stopped", None)


@pytest.mark.parametrize(
    ("client_id", "secret", "field", "word"),
    [
        (SECRET, ID, "username", "client secret"),
        ("a@serviceaccount.atlassian.com", SECRET, "username", "e-mail"),
        (ID, "ATATT3xToken", "secret", "API token"),
        ("", SECRET, "username", "client ID"),
    ],
)
def test_what_belongs_elsewhere_is_said_before_anything_is_sent(
    site: Handle, db: None, client_id: str, secret: str, field: str, word: str
) -> None:
    calls = sum(site.site.calls.values())
    with pytest.raises(Refused) as refused:
        connected(site, client_id, secret)
    assert word in refused.value.fields[field][0]
    assert sum(site.site.calls.values()) == calls


def test_a_secret_in_the_field_of_the_id_is_not_shown_again_and_the_rest_is(
    site: Handle, admin: Any, client_of: Any
) -> None:
    typed = {"method": "service", "name": "Kept name", "base_url": site.url, "verify_tls": "on"}
    typed |= {"username": SECRET, "client_secret": SECRET}
    shown = client_of(admin).post("/connections/new/jira/", typed).content.decode()
    assert "This is the client secret; the client ID belongs here." in shown
    assert SECRET not in shown
    assert f'value="{site.url}"' in shown
    assert 'value="Kept name"' in shown


def test_a_wrong_secret_leaves_a_draft_that_says_so(site: Handle, db: None) -> None:
    row = settings_editing.create(actor=None, name="Jira", base_url=site.url, auth_method="service")
    wrong = Credential("service", Secret("ATOA-wrong"), ID)
    assert not credentials.offer(row, wrong, actor=None)
    row.refresh_from_db()
    assert (row.lifecycle, row.diagnosis["code"]) == ("draft", "client_refused")
    assert "ATOA-wrong" not in str(row.diagnosis)


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_ask_for_one_token(
    site: Handle, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow the machine is, nobody gives the one that asks up.
    monkeypatch.setattr(service_tokens, "PATIENCE", 600.0)
    monkeypatch.setattr(service_tokens, "CLAIM", timedelta(hours=1))
    row = connected(site)
    before = handed_out(site)

    def work(_number: int) -> str:
        try:
            here = Connection.objects.get(pk=row.pk)
            secret = sealing.load(here, SecretField.PASSWORD)
            assert secret
            return service_tokens.source_of(here, secret, stored=True)("")
        finally:
            databases.close_all()

    with ThreadPoolExecutor(6) as pool:
        found = set(pool.map(work, range(6)))
    assert len(found) == 1
    assert handed_out(site) == before + 1


def test_a_worker_that_died_while_asking_keeps_nobody_waiting_for_good(
    site: Handle, db: None
) -> None:
    row = connected(site)
    Connection.objects.filter(pk=row.pk).update(
        renewal_due=timezone.now() - timedelta(seconds=1)  # its claim is over
    )
    gateway.forget(row.pk)
    assert gateway.jira_for(row).myself().name == "ALM Robot"


@pytest.mark.django_db(transaction=True)
def test_a_project_is_mapped_and_edited_by_it(site: Handle, rte: Any) -> None:
    """On Data Center without boards and sprints, which are not open to service accounts there."""
    row = connected(site)
    project, run = project_mapping.map_project(row, "FALCON", actor=rte)
    while project_runs.work(run.pk):
        pass
    assert (project.board_id is not None) is site.site.cloud
    item = WorkItem.objects.filter(project=project).order_by("rank").first()
    assert item is not None
    edit_item(item.pk, actor=rte, values={"summary": "By the robot"}, expected_version=None)
    send_changes.send_slice(row.pk)
    assert site.site.issue(item.remote_key).values["summary"] == "By the robot"
    row.refresh_from_db()
    assert (row.health, row.diagnosis) == ("ok", None)
