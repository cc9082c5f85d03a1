"""CAPTCHA: three failed logins lock an account, so a refused password costs one, and one per press."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from accounts.models import AuditEntry
from almconnect.lib.secret import Secret
from connections.access import circuit, gateway
from connections.access.circuit import FRESH
from connections.credentials import credentials
from connections.credentials.credentials import Credential
from connections.health import health
from connections.health.diagnosis import Explained
from connections.models import AuthMethod, Connection
from connections.probes import checkup
from connections.setup import pause
from jira_client.client import JiraClient
from jira_client.errors import JiraError
from jira_sandbox.server import Handle
from tests.callers import ApiCaller

OLD = "svc-alm-password"


@pytest.fixture
def changed(connected: Callable[..., Connection], datacenter: Handle) -> Connection:
    """A connection at work, whose password was changed in Jira a moment ago."""
    connection = connected(datacenter)
    gateway.jira_for(connection).projects.list()
    datacenter.site.users["svc-alm"].password = "changed"
    return connection


def failed(jira: Handle) -> int:
    return jira.site.users["svc-alm"].failed_logins


def refusal_of(client: JiraClient) -> str:
    try:
        client.projects.list()
    except JiraError as error:
        return error.code
    return "accepted"


def work(connection: Connection) -> None:
    """What every worker does with an object that it loaded before."""
    try:
        gateway.jira_for(connection).projects.list()
    except Explained as error:
        health.note_failure(connection, error)


def as_another_process() -> None:
    """Nothing of what this process remembers of a refusal."""
    circuit._circuits.clear()
    gateway._clients.clear()


def settle_down() -> None:
    """Let the moment pass for which an accepted call vouches for the next ones."""
    time.sleep(FRESH * 1.5)


def test_one_refusal_costs_one_login(changed: Connection, datacenter: Handle) -> None:
    work(changed)
    assert failed(datacenter) == 1
    changed.refresh_from_db()
    assert (changed.health, (changed.diagnosis or {})["code"]) == (
        "stopped",
        "authentication_refused",
    )


def test_workers_side_by_side_cost_one_login(changed: Connection, datacenter: Handle) -> None:
    settle_down()
    client = gateway.jira_for(changed)
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(refusal_of, [client] * 24))
    assert set(codes) == {"authentication_refused"}
    assert failed(datacenter) == 1


def test_stale_objects_of_other_workers_cost_none(changed: Connection, datacenter: Handle) -> None:
    stale = [Connection.objects.get() for _ in range(4)]
    for connection in (changed, *stale):
        work(connection)
    assert failed(datacenter) == 1


def test_other_processes_with_older_objects_cost_none(
    changed: Connection, datacenter: Handle
) -> None:
    stale = [Connection.objects.get() for _ in range(3)]
    work(changed)
    assert failed(datacenter) == 1
    for connection in stale:
        as_another_process()
        with pytest.raises(gateway.NotReady) as caught:
            gateway.jira_for(connection)
        assert caught.value.code == "stopped"
        work(connection)
    assert failed(datacenter) == 1


def test_a_process_amid_its_work_costs_one_at_most(changed: Connection, datacenter: Handle) -> None:
    as_another_process()
    held = gateway.jira_for(Connection.objects.get())  # of a process that is amid its work
    as_another_process()
    work(changed)
    for _ in range(3):
        assert refusal_of(held) == "authentication_refused"
    assert failed(datacenter) == 2


def test_a_pause_is_seen_through_an_older_object(connected: Any, cloud: Handle) -> None:
    connection = connected(cloud)
    stale = Connection.objects.get()
    pause.pause(connection, actor=None)
    with pytest.raises(gateway.NotReady) as caught:
        gateway.jira_for(stale)
    assert caught.value.code == "paused"


def test_looking_at_the_row_costs_no_further_query(
    connected: Any, cloud: Handle, django_assert_num_queries: Any
) -> None:
    connection = connected(cloud)
    gateway.jira_for(connection)
    with django_assert_num_queries(1):
        gateway.jira_for(connection)


def test_a_whole_cycle(
    changed: Connection, datacenter: Handle, admin: Any, token_of: Callable[..., str]
) -> None:
    work(changed)
    api, path = ApiCaller(token_of(admin)), f"/connections/{changed.pk}"
    pressed = api.post(f"{path}/test").json()
    first = {row["name"]: row["code"] for row in pressed["checks"]}["authentication"]
    assert (first, failed(datacenter)) == ("authentication_refused", 2)
    pressed = api.post(f"{path}/test").json()
    row = {row["name"]: row for row in pressed["checks"]}["authentication"]
    assert (row["state"], row["code"]) == ("fail", "refused_before")
    assert "not sent again" in row["message"]
    assert api.patch(path, {"secret": OLD}).json()["error"]["code"] == "refused_before"
    assert failed(datacenter) == 2
    assert Connection.objects.get().diagnosis["code"] == "authentication_refused"  # type: ignore[index]
    datacenter.site.users["svc-alm"].password = OLD  # the person changed it back
    again = api.post(f"{path}/test", {"retry": True}).json()
    assert again["account"]["name"] == "ALM Service"
    fresh = Connection.objects.get()
    assert (fresh.health, fresh.refused_digest) == ("ok", "")
    resumed = AuditEntry.objects.get(action="connection.resumed")
    assert resumed.actor == admin
    assert gateway.jira_for(fresh).myself().name == "ALM Service"


def test_what_was_mended_in_jira_turns_green_by_one_press(
    changed: Connection, datacenter: Handle, admin: Any, token_of: Callable[..., str]
) -> None:
    work(changed)
    datacenter.site.users["svc-alm"].password = OLD
    pressed = ApiCaller(token_of(admin)).post(f"/connections/{changed.pk}/test").json()
    assert pressed["account"]["name"] == "ALM Service"
    assert Connection.objects.get().health == "ok"


def test_the_page_sends_it_once_more_on_a_persons_word(
    changed: Connection, datacenter: Handle, client_of: Any, rte: Any
) -> None:
    work(changed)
    browser, page = client_of(rte), f"/connections/{changed.pk}/test/"
    assert "send it once more" not in browser.post(page).content.decode(), "it was just sent"
    datacenter.site.users["svc-alm"].password = OLD  # mended in Jira
    shown = browser.post(page).content.decode()
    assert "were not sent again" in shown
    assert 'name="retry" value="1"' in shown
    assert "Enter another password" not in shown, "an RTE may not"
    done = browser.post(page, {"retry": "1"}).content.decode()
    assert "send it once more" not in done
    assert Connection.objects.get().health == "ok"


@pytest.mark.parametrize("where", ["reauthenticate", "edit", "edit and test"])
def test_a_form_sends_a_refused_password_once_more_on_a_persons_word(
    changed: Connection, datacenter: Handle, client_of: Any, admin: Any, where: str
) -> None:
    work(changed)
    typed = {"method": "basic", "username": "svc-alm", "password": OLD}
    typed |= {"name": changed.name, "base_url": changed.base_url, "verify_tls": "on"}
    typed |= {"test": "1"} if where == "edit and test" else {}
    browser, page = client_of(admin), f"/connections/{changed.pk}/{where.partition(' ')[0]}/"
    assert 'name="retry"' not in browser.post(page, typed).content.decode(), "it was just sent"
    before = failed(datacenter)
    assert 'name="retry"' in browser.post(page, typed).content.decode()
    assert failed(datacenter) == before
    datacenter.site.users["svc-alm"].password = OLD  # mended in Jira
    again = browser.post(page, {**typed, "retry": "1"}, follow=True).content.decode()
    assert 'name="retry"' not in again
    assert "ALM Service" in again


def test_of_a_draft_nothing_untrue_is_said(
    draft_to: Callable[..., Connection], datacenter: Handle
) -> None:
    draft = draft_to(datacenter, auth_method="basic")
    wrong = Credential(AuthMethod.BASIC, Secret("wrong"), "svc-alm")
    assert not credentials.offer(draft, wrong, actor=None)
    remedy = (Connection.objects.get().diagnosis or {})["remedy"]
    assert "stopped" not in remedy
    assert "Nothing more is sent until a person asks for it" in remedy


def test_a_new_password_is_tried_at_once(changed: Connection, datacenter: Handle) -> None:
    work(changed)
    fresh = Credential(AuthMethod.BASIC, Secret("changed"), "svc-alm")
    assert not credentials.present(changed, fresh, actor=None).pending
    assert checkup.run(changed).account is not None
    assert failed(datacenter) == 0
    assert Connection.objects.get().health == "ok"


def test_another_process_follows_a_person_s_act(changed: Connection, datacenter: Handle) -> None:
    work(changed)
    datacenter.site.users["svc-alm"].password = OLD
    Connection.objects.update(health="ok", diagnosis=None, refused_digest="")
    closed = Connection.objects.get()
    assert refusal_of(gateway.jira_for(closed)) == "authentication_refused"
    assert health.resume(closed, closed.account_id, actor=None) is False
    Connection.objects.update(proven_at=health.timezone.now())
    assert refusal_of(gateway.jira_for(Connection.objects.get())) == "accepted"


def test_the_password_is_not_kept_to_be_recognised(changed: Connection) -> None:
    work(changed)
    digest = Connection.objects.get().refused_digest
    assert digest
    assert OLD not in digest
