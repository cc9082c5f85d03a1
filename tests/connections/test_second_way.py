"""A second way in: proven and sealed beside the one in use; it takes over by page, by REST, by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, User
from almconnect.lib.api import Refused
from almconnect.lib.secret import Secret
from connections.access import gateway
from connections.credentials import second_way
from connections.credentials.credentials import Credential
from connections.health import expiry, health
from connections.models import Connection, SealedSecret, SecretField
from connections.probes import checkup
from connections.schedule import tasks
from connections.setup import change_over, settings_editing
from jira_client.errors import AuthenticationRefused
from jira_sandbox.rest.tokens import make
from jira_sandbox.server import Handle
from tests.callers import ApiCaller
from tests.connections.conftest import basic_of

DAY = timedelta(days=1)


def spare_of(jira: Handle) -> Credential:
    """Another credential of the service user: a PAT; Cloud's sandbox knows one token a person, so there
    another account's."""
    if jira.site.cloud:
        return basic_of(jira, "rita")
    return Credential(
        "pat", Secret(make(jira.site, jira.site.users["svc-alm"], "spare", None).secret)
    )


def waiting(connection: Connection, jira: Handle, **more: Any) -> Connection:
    other = jira.site.users["rita"].account_id if jira.site.cloud else ""
    second_way.offer(connection, spare_of(jira), actor=None, account=other, **more)
    return Connection.objects.get(pk=connection.pk)


def refuse_the_first(jira: Handle) -> None:
    user = jira.site.users["svc-alm"]
    user.password = user.api_token = "changed in Jira"


@pytest.fixture
def connection(connected: Callable[..., Connection], jira: Handle) -> Connection:
    return connected(jira)


def test_it_waits_sealed_and_the_first_goes_on(connection: Connection, jira: Handle) -> None:
    row = waiting(connection, jira)
    facts = second_way.facts_of(row)
    assert facts is not None
    assert facts.refused is None
    assert row.auth_method == "basic"
    assert gateway.jira_for(row).myself().name == "ALM Service"
    held = second_way.waiting(row)
    assert held is not None
    assert held.credential.secret.reveal() not in str(list(SealedSecret.objects.values()))
    assert held.credential.secret.reveal() not in str(list(Connection.objects.values()))


def test_refused_for_good_it_takes_over_and_nobody_acts(
    connection: Connection, jira: Handle
) -> None:
    row = waiting(connection, jira)
    second = second_way.facts_of(row)
    assert second is not None
    refuse_the_first(jira)
    with pytest.raises(AuthenticationRefused) as caught:
        gateway.jira_for(row).myself()
    health.note_failure(row, caught.value)
    row = Connection.objects.get()
    assert row.health == "ok"
    assert row.second_way == {}
    assert not SealedSecret.objects.filter(field=SecretField.SECOND).exists()
    assert row.account_id == second.account_id
    assert gateway.jira_for(row).projects.list()
    entry = AuditEntry.objects.get(action="connection.changed_over")
    assert entry.after["why"] == "refused"
    assert not AuditEntry.objects.filter(action="connection.stopped").exists()


def test_a_late_refusal_of_the_first_stops_nothing(connection: Connection, jira: Handle) -> None:
    """Two workers hear of it; the second when the first has changed over already."""
    row = waiting(connection, jira)
    late = Connection.objects.get()
    client = gateway.jira_for(late)
    refuse_the_first(jira)
    with pytest.raises(AuthenticationRefused) as caught:
        client.myself()
    health.note_failure(row, caught.value)
    health.note_failure(late, caught.value)
    assert Connection.objects.get().health == "ok"
    assert AuditEntry.objects.filter(action="connection.changed_over").count() == 1


def test_without_one_it_stops_and_says_what_to_do(connection: Connection, jira: Handle) -> None:
    refuse_the_first(jira)
    with pytest.raises(AuthenticationRefused) as caught:
        gateway.jira_for(connection).myself()
    found = health.note_failure(connection, caught.value)
    assert Connection.objects.get().health == "stopped"
    assert "Re-authenticate" in found["remedy"]


def test_both_refused_stops_and_the_second_is_not_tried_again(
    connection: Connection, jira: Handle
) -> None:
    row = waiting(connection, jira)
    refuse_the_first(jira)
    jira.site.users["rita"].api_token = "gone"
    jira.site.pats.clear()
    with pytest.raises(AuthenticationRefused) as caught:
        gateway.jira_for(row).myself()
    health.note_failure(row, caught.value)
    row = Connection.objects.get()
    assert row.health == "stopped"
    facts = second_way.facts_of(row)
    assert facts is not None
    assert facts.refused is not None
    calls = sum(jira.site.calls.values())
    assert not change_over.take_due(row.pk)
    assert sum(jira.site.calls.values()) == calls


def test_at_its_end_it_takes_over(connection: Connection, jira: Handle) -> None:
    waiting(connection, jira)
    Connection.objects.update(secret_expires=timezone.now() + DAY)
    assert not change_over.take_due(connection.pk)
    Connection.objects.update(secret_expires=timezone.now() - timedelta(seconds=1))
    tasks.sweep()
    tasks.go_over(str(connection.pk))
    row = Connection.objects.get()
    assert (row.second_way, row.health) == ({}, "ok")
    assert row.changed_over_at is not None
    assert not change_over.due().exists()


def test_an_outage_at_the_end_changes_nothing_and_is_tried_again(
    connection: Connection, jira: Handle
) -> None:
    waiting(connection, jira)
    Connection.objects.update(secret_expires=timezone.now() - timedelta(seconds=1))
    jira.site.parts["faults"].switch("error", "503")
    assert not change_over.take_due(connection.pk)
    facts = second_way.facts_of(Connection.objects.get())
    assert facts is not None
    assert facts.refused is None
    jira.site.parts["faults"].clear()
    assert change_over.take_due(connection.pk)


def test_warnings_know_of_it(connection: Connection, jira: Handle) -> None:
    row = waiting(connection, jira)
    row.secret_expires = timezone.now() + 3 * DAY
    remedies = {one.kind: one.remedy for one in expiry.warnings_of(row)}
    assert remedies["secret"] == "Nothing to do: the second way in takes over by itself."
    row.second_way["ends"] = (timezone.now() + 2 * DAY).isoformat()
    found = {one.kind: one for one in expiry.warnings_of(row)}
    assert "Renew" in found["secret"].remedy
    assert "Renew" in found["second_way"].remedy
    assert {end.name for end in expiry.all_ends(row)} >= {"The second way in"}


def test_another_address_forgets_it(connection: Connection, jira: Handle) -> None:
    row = waiting(connection, jira)
    there = jira.url.replace("127.0.0.1", "localhost")
    settings_editing.edit(row, actor=None, values={"base_url": there})
    row = Connection.objects.get()
    assert row.second_way == {}
    assert not SealedSecret.objects.filter(field=SecretField.SECOND).exists()


def test_tls_settings_take_it_along(
    connected: Callable[..., Connection], datacenter: Handle
) -> None:
    row = waiting(connected(datacenter), datacenter)
    settings_editing.edit(row, actor=None, values={"verify_tls": False})
    assert second_way.waiting(Connection.objects.get()) is not None
    assert change_over.change_over(row, why="asked")
    assert Connection.objects.get().auth_method == "pat"
    assert second_way.waiting(Connection.objects.get()) is None


def test_bad_input_is_one_sentence(
    connected: Callable[..., Connection], datacenter: Handle
) -> None:
    row = connected(datacenter)
    for credential, words in (
        (basic_of(datacenter), "the credential in use"),
        (basic_of(datacenter, "rita"), "acts as"),
        (Credential("oauth1", Secret("x")), "renewed by “Re-authenticate”"),
        (Credential("service", Secret("s"), "a@example.com"), "e-mail address"),
    ):
        with pytest.raises(Refused) as caught:
            second_way.offer(row, credential, actor=None)
        assert words in (caught.value.message + str(caught.value.fields))
    with pytest.raises(AuthenticationRefused):
        second_way.offer(row, Credential("pat", Secret("wrong")), actor=None)
    assert Connection.objects.get().second_way == {}
    assert Connection.objects.get().health == "ok"


def test_by_rest(
    connection: Connection, jira: Handle, admin: User, token_of: Callable[..., str]
) -> None:
    caller, path = ApiCaller(token_of(admin)), f"/api/v1/connections/{connection.pk}"
    spare = spare_of(jira)
    body: dict[str, Any] = {
        "auth_method": spare.method,
        "secret": spare.secret.reveal(),
        "username": spare.username,
        "secret_expires": (timezone.now() + 90 * DAY).isoformat(),
    }
    if jira.site.cloud:
        refused = caller.put(f"{path}/second-way", body, expect=409).json()
        assert refused["error"]["code"] == "another_account"
        body["account"] = jira.site.users["rita"].account_id
    told = caller.put(f"{path}/second-way", body).json()["second_way"]
    assert (told["auth_method"], told["refused"]) == (spare.method, None)
    assert told["ends"] is not None
    changed = caller.post(f"{path}/second-way/change-over", {}).json()
    assert changed["second_way"] is None
    assert changed["auth_method"] == spare.method
    assert changed["account"]["id"] == told["account"]["id"]
    gone = caller.post(f"{path}/second-way/change-over", {}, expect=409).json()
    assert gone["error"]["code"] == "no_second_way"
    caller.delete(f"{path}/second-way", expect=409)


def test_the_page_walks_it(
    connection: Connection, jira: Handle, admin: User, client_of: Callable[..., Client]
) -> None:
    browser, page = client_of(admin), f"/connections/{connection.pk}/renew/"
    first = browser.get(page).content.decode()
    assert "Nothing waits." in first
    assert ("id.atlassian.com" in first) == jira.site.cloud
    spare = spare_of(jira)
    form = {
        "auth_method": spare.method,
        "username": spare.username,
        "secret": spare.secret.reveal(),
    }
    answer = browser.post(page, form)
    if jira.site.cloud:
        assert answer.status_code == 409
        text = answer.content.decode()
        assert "may become" in text
        assert spare.secret.reveal() not in text
        answer = browser.post(page, form | {"account": jira.site.users["rita"].account_id})
    assert answer.status_code == 302
    shown = browser.get(page).content.decode()
    assert "is proven and waits" in shown
    assert "Change over now" in shown
    if jira.site.cloud:
        browser.post(f"{page}decide/", {"compare": "1"})
        report = connection.reports.filter(offered=True).get()
        tasks.take_report(str(report.pk))
        for other in connection.reports.filter(offered=False):
            tasks.take_report(str(other.pk))
    done = browser.post(f"{page}decide/", {"now": "1"}, follow=True).content.decode()
    assert "Changed over." in done
    assert browser.get(f"/connections/{connection.pk}/").status_code == 200
    browser.post(f"{page}decide/", {"remove": "1"})


def test_a_test_that_goes_over_says_how_it_is_now(connection: Connection, jira: Handle) -> None:
    row = waiting(connection, jira)
    refuse_the_first(jira)
    result = checkup.run(row)
    assert result.account is not None
    assert result.failed == 0
    row = Connection.objects.get()
    assert (row.health, row.second_way) == ("ok", {})
