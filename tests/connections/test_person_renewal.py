"""Tokens of OAuth 2.0 are renewed in time, by one worker, and never lost: whatever is lost on the way has
a name, holds the queue, and goes on after "Re-authenticate".
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections as databases
from django.utils import timezone

from accounts.models import User
from connections.access import gateway, person_tokens, sealing
from connections.health import expiry, health
from connections.models import Connection, SecretField
from connections.oauth import renewal
from connections.probes import checkup
from connections.setup import pause, settings_editing
from jira_client.errors import AppRefused, GrantEnded, JiraError, RenewalLost
from jira_sandbox.oauth2.register import Register, register_of
from jira_sandbox.server import Handle
from planning.item_editing import edit_item
from planning.models import WorkItem
from sync.mapping import project_mapping
from sync.outbound import send_changes
from sync.runs import project_runs
from tests.connections.person_oauth import (
    answered,
    app_of,
    back_from,
    connected,
    draft,
    jira_of,
)


@pytest.fixture(params=["cloud", "datacenter"])
def jira(request: pytest.FixtureRequest, settings: Any) -> Iterator[Handle]:
    with jira_of(request.param, settings) as handle:
        yield handle


@pytest.fixture
def cloud(settings: Any) -> Iterator[Handle]:
    with jira_of("cloud", settings) as handle:
        yield handle


def held(row: Connection) -> person_tokens.Held:
    found = sealing.load(Connection.objects.get(pk=row.pk), SecretField.ACCESS_TOKEN)
    assert found is not None
    return person_tokens.read(found)


def renewals(jira: Handle) -> int:
    return register_of(jira.site).renewals


def age(row: Connection, left: timedelta) -> None:
    """The stored token ends so soon."""
    now, kept = timezone.now(), held(row)
    aged = person_tokens.replace(
        kept, ends=(now + left).isoformat(), renew_at=(now + left - person_tokens.EARLY).isoformat()
    )
    sealing.store(Connection.objects.get(pk=row.pk), SecretField.ACCESS_TOKEN, aged.as_secret())
    gateway.forget(row.pk)


class Deaf:
    """The network between Jira's answer to a renewal and this console: what was answered is lost."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: int = 1) -> None:
        self.left = times
        monkeypatch.setattr(person_tokens, "point", self)

    def __call__(self, name: str) -> None:
        if name == "renewal.answered" and self.left:
            self.left -= 1
            raise JiraError("The answer was lost.", transient=True)


def test_five_minutes_before_its_end_the_next_one_is_there(jira: Handle, admin: User) -> None:
    row = connected(jira, admin)
    before = held(row)
    gateway.jira_for(row).myself()
    assert renewals(jira) == 0
    age(row, timedelta(minutes=4))
    gateway.jira_for(row).myself()
    after = held(row)
    assert {after.access, after.refresh}.isdisjoint({before.access, before.refresh})
    assert after.consent == before.consent
    row.refresh_from_db()
    assert (row.renewal_due, row.renewal_sent) == (None, None)
    assert row.token_expires is not None
    assert row.token_expires - timezone.now() > timedelta(days=89)
    gateway.forget(row.pk)
    gateway.jira_for(row).myself()
    assert renewals(jira) == 1


def test_after_a_refusal_the_call_is_made_once_more(jira: Handle, admin: User) -> None:
    row = connected(jira, admin)
    client = gateway.jira_for(row)
    client.myself()
    register_of(jira.site).expire_access()
    assert client.myself().name == "ALM Service"
    assert renewals(jira) == 1


@pytest.mark.django_db(transaction=True)
def test_many_who_need_one_at_once_renew_once(jira: Handle, admin: User) -> None:
    row = connected(jira, admin)
    age(row, timedelta(seconds=-1))

    def call(_: int) -> str:
        try:
            secret = sealing.load(row, SecretField.ACCESS_TOKEN)
            assert secret is not None
            return person_tokens.source_of(row, secret)("")
        finally:
            databases.close_all()

    with ThreadPoolExecutor(6) as pool:
        found = set(pool.map(call, range(6)))
    assert len(found) == 1
    assert renewals(jira) == 1
    assert gateway.jira_for(row).myself().name == "ALM Service"


def test_a_lost_answer_is_made_good_within_ten_minutes_on_cloud(
    cloud: Handle, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connected(cloud, admin)
    age(row, timedelta(minutes=4))
    Deaf(monkeypatch, 2)
    for _ in range(2):
        with pytest.raises(JiraError):
            gateway.jira_for(row).myself()
        assert Connection.objects.get().renewal_sent is not None
    assert gateway.jira_for(row).myself().name == "ALM Service"
    assert Connection.objects.get().renewal_sent is None
    age(row, timedelta(minutes=4))
    assert gateway.jira_for(row).myself().name == "ALM Service"


@pytest.mark.django_db(transaction=True)
def test_later_it_has_a_name_and_the_queue_is_held_until_somebody_allows_again(
    jira: Handle, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_of(jira)
    row = connected(jira, admin, app)
    project, run = project_mapping.map_project(row, "FALCON", actor=admin)
    while project_runs.work(run.pk):
        pass
    age(row, timedelta(minutes=4))
    Deaf(monkeypatch)
    with pytest.raises(JiraError):
        gateway.jira_for(row).myself()
    if jira.site.cloud:
        jira.site.skew += timedelta(minutes=11)
    item = WorkItem.objects.filter(project=project).order_by("rank")[0]
    words = "Said while the access was lost"
    edit_item(item.pk, actor=admin, values={"summary": words}, expected_version=None)
    send_changes.send_slice(row.pk)
    row.refresh_from_db()
    assert row.diagnosis is not None
    assert (row.health, row.diagnosis["code"]) == ("stopped", "renewal_lost")
    assert "Re-authenticate" in row.diagnosis["remedy"]
    assert item.changes.filter(state="waiting").exists()
    answered(admin, back_from(jira, row, app, admin))
    row.refresh_from_db()
    checkup.end_stop(row, actor=admin)
    row.refresh_from_db()
    assert (row.health, row.renewal_sent) == ("ok", None)
    item.changes.update(due=timezone.now())  # as two seconds later
    send_changes.send_slice(row.pk)
    assert jira.site.issue(item.remote_key).values["summary"] == words


def test_a_test_of_what_is_on_the_screen_keeps_what_it_renewed(jira: Handle, admin: User) -> None:
    """It has a client of its own, by the stored tokens; renewing uses them up all the same."""
    row = connected(jira, admin)
    for number in range(2):
        age(row, timedelta(minutes=4))
        values = {"name": f"Renamed {number}"}
        found = checkup.try_out(row, values, None, actor=admin)
        assert {one.name: one.state for one in found.rows}["authentication"] == "pass"
    assert renewals(jira) == 2
    jira.site.skew += timedelta(minutes=11)
    age(row, timedelta(minutes=4))
    assert gateway.jira_for(row).myself().name == "ALM Service"


def test_settings_of_tls_that_change_while_it_is_renewed_lose_nothing(
    jira: Handle, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connected(jira, admin)
    age(row, timedelta(minutes=4))
    done: list[str] = []

    def meanwhile(name: str) -> None:
        if name == "renewal.answered" and not done:
            done.append(name)
            now = Connection.objects.get()
            settings_editing.edit(now, actor=admin, values={"verify_tls": False})

    monkeypatch.setattr(person_tokens, "point", meanwhile)
    gateway.jira_for(row).myself()
    gateway.forget(row.pk)
    age(row, timedelta(minutes=4))
    assert gateway.jira_for(Connection.objects.get()).myself().name == "ALM Service"
    assert (renewals(jira), done) == (2, ["renewal.answered"])


@pytest.mark.parametrize("how", ["revoked", "unused"])
def test_an_access_that_was_taken_back_is_named_otherwise(
    jira: Handle, admin: User, how: str
) -> None:
    row = connected(jira, admin)
    if how == "revoked":
        register_of(jira.site).revoke("svc-alm")
    else:
        jira.site.skew += timedelta(days=91)
    gateway.forget(row.pk)
    with pytest.raises(GrantEnded) as refused:
        gateway.jira_for(row).myself()
    assert not isinstance(refused.value, RenewalLost)
    found = health.note_failure(row, refused.value)
    assert found["code"] == "grant_ended"
    row.refresh_from_db()
    assert row.health == "stopped"
    kept = held(row)
    for secret in (kept.access, kept.refresh, kept.client_secret):
        assert secret not in str(found)


def test_a_secret_that_was_replaced_in_jira_uses_nothing_up(jira: Handle, admin: User) -> None:
    app = app_of(jira)
    row = connected(jira, admin, app)
    age(row, timedelta(minutes=4))
    right, app.secret = app.secret, "a new one"
    with pytest.raises(AppRefused):
        gateway.jira_for(row).myself()
    assert Connection.objects.get().renewal_sent is None
    app.secret = right
    assert gateway.jira_for(row).myself().name == "ALM Service"


def test_whoever_signs_in_meanwhile_is_not_written_over(
    cloud: Handle, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_of(cloud)
    row = connected(cloud, admin, app)
    age(row, timedelta(minutes=4))
    done: list[str] = []

    def meanwhile(name: str) -> None:
        if name == "renewal.answered" and not done:
            done.append(name)
            answered(admin, back_from(cloud, Connection.objects.get(), app, admin))
            done.append(held(row).refresh)

    monkeypatch.setattr(person_tokens, "point", meanwhile)
    gateway.jira_for(row).myself()
    assert held(row).refresh == done[1]


def test_a_draft_whose_proof_renewed_keeps_what_came(
    jira: Handle, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token of the exchange is refused at once; the proof goes on with the next one."""
    row = draft(jira)
    given = back_from(jira, row, app_of(jira), admin)
    plain = Register.exchange

    def spoilt(register: Register, *words: Any) -> dict[str, Any]:
        made = plain(register, *words)
        if not jira.site.cloud:  # Cloud is asked for the sites with the same token first
            register.expire_access()
        return made

    monkeypatch.setattr(Register, "exchange", spoilt)
    answered(admin, given)
    assert renewals(jira) == (0 if jira.site.cloud else 1)
    jira.site.skew += timedelta(minutes=11)
    age(row, timedelta(minutes=4))
    assert gateway.jira_for(Connection.objects.get()).myself().name == "ALM Service"


def test_tokens_that_no_row_holds_are_used_up_by_nobody(jira: Handle, admin: User) -> None:
    row = connected(jira, admin)
    old = sealing.load(row, SecretField.ACCESS_TOKEN)
    assert old is not None
    answered(admin, back_from(jira, row, app_of(jira), admin))
    register_of(jira.site).expire_access()
    before = person_tokens.read(old).access
    assert person_tokens.source_of(row, old)(before) == before
    assert renewals(jira) == 0


def test_a_claim_that_ran_out_frees_no_other(
    cloud: Handle, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connected(cloud, admin)
    age(row, timedelta(minutes=4))
    theirs = timezone.now() + timedelta(minutes=1)

    def slow(name: str) -> None:
        if name == "renewal.marked":
            Connection.objects.update(renewal_due=theirs)

    monkeypatch.setattr(person_tokens, "point", slow)
    gateway.jira_for(row).myself()
    assert Connection.objects.get().renewal_due == theirs


def test_a_paused_connection_keeps_its_access_alive(jira: Handle, admin: User) -> None:
    row = connected(jira, admin)
    pause.pause(row, actor=admin)
    assert not renewal.unused().exists()
    Connection.objects.update(token_expires=timezone.now() + timedelta(days=59))
    assert list(renewal.unused()) == [row]
    assert renewal.keep_alive(row.pk)
    assert not renewal.unused().exists()
    assert renewals(jira) == 1
    Connection.objects.update(token_expires=timezone.now() + timedelta(days=6))
    ends = {one.kind: one.stage for one in expiry.warnings_of(Connection.objects.get())}
    assert ends["token"] == 7
    register_of(jira.site).revoke("svc-alm")
    assert not renewal.keep_alive(row.pk)
    row.refresh_from_db()
    assert row.diagnosis is not None
    assert row.diagnosis["code"] == "grant_ended"
    assert not renewal.unused().exists()


def test_a_token_of_minutes_is_not_renewed_at_each_call(jira: Handle, admin: User) -> None:
    row = connected(jira, admin)
    kept = held(row)
    short = kept.after(person_tokens.Tokens(kept.access, kept.refresh, 240))
    left = datetime.fromisoformat(short.renew_at) - timezone.now()
    assert timedelta(seconds=100) < left <= timedelta(seconds=120)
