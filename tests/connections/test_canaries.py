"""Every secret there is, looked for in everything that leaves: answers, pages, logs, faults, the dump,
the audit trail, the broker."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from celery.signals import before_task_publish
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from almconnect.lib.secret import Secret
from connections import changing, checkup, credentials, flows, handshake, key_pair, sealing, tasks
from connections.credentials import Credential
from connections.models import AuthMethod, Connection, OAuthFlow, SealedSecret, SecretField
from jira_client.protocol import Request
from jira_sandbox.serving import Handle
from tests.accounts.routes import calls, pages
from tests.callers import ApiCaller
from tests.connections.conftest import basic_of
from tests.connections.jira_browser import JiraBrowser, make_link

PASSWORD = "canary-Pa55-9c1e-password"
TYPED = "canary-Pa55-77b0-typed"
WEBHOOK = "canary-webhook-5d3f"


@dataclass
class House:
    """Connections by every method, each secret of theirs, and an OAuth dance under way."""

    oauth: Connection
    basic: Connection
    pat: Connection
    secrets: set[str]

    def traces(self) -> set[str]:
        found = {PASSWORD, TYPED, WEBHOOK, *self.secrets}
        for name in ("svc-alm", "rita"):
            for text in (PASSWORD, TYPED):
                found.add(base64.b64encode(f"{name}:{text}".encode()).decode())
        return {one for one in found if len(one) > 8}

    def clean(self, text: str) -> None:
        shown = [one[:14] for one in self.traces() if one in text]
        assert not shown


@pytest.fixture
def house(
    draft_to: Callable[..., Connection],
    connected: Callable[..., Connection],
    datacenter: Handle,
    admin: Any,
) -> House:
    datacenter.site.users["svc-alm"].password = PASSWORD
    basic = connected(datacenter)
    made = credentials.candidate(basic, basic_of(datacenter)).call(
        Request("POST", "/rest/pat/latest/tokens", json={"name": "a", "expirationDuration": 9})
    )
    pat = draft_to(datacenter, auth_method="pat")
    token = Credential(AuthMethod.PAT, Secret(made["rawToken"]))
    assert credentials.offer(pat, token, actor=admin)
    credentials.present(basic, basic_of(datacenter, "rita"), actor=admin)
    oauth = draft_to(datacenter)
    key_pair.ensure_keys(oauth, actor=admin)
    make_link(datacenter, oauth.consumer_key, oauth.public_key)
    started = handshake.start_oauth(oauth, actor=admin, out_of_band=True)
    datacenter.site.users["svc-alm"].password = "svc-alm-password"
    code = JiraBrowser(datacenter, "svc-alm").allow_out_of_band(started.authorize_url)
    datacenter.site.users["svc-alm"].password = PASSWORD
    handshake.finish_oauth(oauth, actor=admin, verifier=code)
    sealing.store(oauth, SecretField.WEBHOOK, Secret(WEBHOOK))
    handshake.start_oauth(oauth, actor=admin, out_of_band=True)
    return House(oauth, basic, pat, set(everything_sealed()))


def everything_sealed() -> Iterator[str]:
    fields = set()
    for row in SealedSecret.objects.select_related("connection"):
        found = sealing.load(row.connection, SecretField(row.field))
        assert found is not None
        fields.add(row.field)
        text = found.reveal()
        if row.field == SecretField.PENDING:
            yield json.loads(text)["secret"]
        elif row.field == SecretField.PRIVATE_KEY:
            yield from [line for line in text.splitlines() if len(line) == 64][1:]
        else:
            yield text
    assert fields == set(SecretField.values)
    flow = OAuthFlow.objects.filter(used=None).get()
    yield from flows.opened(flow).values()


def test_in_no_answer_page_or_log(
    house: House,
    admin: Any,
    token_of: Callable[..., str],
    client_of: Callable[..., Client],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    browser, api = client_of(admin), ApiCaller(token_of(admin))
    seen = 0
    for one in Connection.objects.all():
        found = [browser.get(page.address_of(one.pk)) for page in _pages()]
        found += [api.get(path.replace("{uuid:connection_id}", str(one.pk))) for path in _paths()]
        found += [api.post(f"/connections/{one.pk}/test"), api.get("/connections")]
        for answer in found:
            house.clean(answer.content.decode())
            house.clean(str(answer.headers))
            seen += answer.status_code == 200
    assert seen > 30
    house.clean(caplog.text)


def test_not_in_the_dump_or_the_audit_trail(house: House, tmp_path: Any) -> None:
    dump = tmp_path / "dump.json"
    call_command("dumpdata", output=str(dump), verbosity=0)
    assert house.oauth.consumer_key in dump.read_text()
    house.clean(dump.read_text())
    told = [json.dumps([row.before, row.after]) for row in AuditEntry.objects.all()]
    assert len(told) > 5
    house.clean("\n".join(told))


def test_not_in_the_broker(
    house: House,
    admin: Any,
    token_of: Callable[..., str],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    sent: list[str] = []

    def keep(sender: str, body: Any, headers: Any, **about: Any) -> None:
        sent.append(f"{sender} {body!r} {headers!r}")

    before_task_publish.connect(keep, weak=False)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            api = ApiCaller(token_of(admin))
            api.post(f"/connections/{house.pat.pk}/permission-checks")
            api.post(f"/connections/{house.basic.pk}/accounts")
            Connection.objects.update(look_due=None, token_expires=timezone.now())
            tasks.sweep()
    finally:
        before_task_publish.disconnect(keep)
    names = {one.split()[0] for one in sent}
    assert names >= {
        "connections.check_lightly",
        "connections.renew_token",
        "connections.take_report",
    }
    house.clean("\n".join(sent))


FAULTS = [
    ("api", "patch", "connections.credentials.settle"),
    ("api", "patch", "connections.proof.look"),
    ("api", "test", "connections.editing.preview"),
    ("page", "edit", "connections.credentials.settle"),
    ("page", "reauthenticate", "connections.credentials.settle"),
]


@pytest.mark.parametrize(("door", "what", "where"), FAULTS)
def test_our_own_fault_with_a_credential_in_play_shows_none(
    house: House,
    admin: Any,
    datacenter: Handle,
    token_of: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    door: str,
    what: str,
    where: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    datacenter.site.users["svc-alm"].password = TYPED

    def fail(*args: object, **kwargs: object) -> object:
        raise RuntimeError("a fault of our own")

    monkeypatch.setattr(where, fail)
    browser = Client(raise_request_exception=False)
    key, path = house.basic.pk, "/api/v1/connections"
    if door == "api":
        sent = {"secret": TYPED}
        call = browser.patch if what == "patch" else browser.post
        target = f"{path}/{key}" if what == "patch" else f"{path}/{key}/test"
        answer = call(
            target,
            json.dumps(sent),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token_of(admin)}"},
        )
    else:
        browser.force_login(admin, backend="allauth.account.auth_backends.AuthenticationBackend")
        form = {
            "method": "basic",
            "name": house.basic.name,
            "base_url": house.basic.base_url,
            "verify_tls": "on",
            "username": "svc-alm",
            "password": TYPED,
        }
        answer = browser.post(f"/connections/{key}/{what}/", form)
    assert answer.status_code == 500
    house.clean(answer.content.decode())
    house.clean(caplog.text)
    told = capfd.readouterr()
    house.clean(told.out + told.err)
    house.clean("\n".join(str(record.__dict__) for record in caplog.records))


def test_a_crashed_check_shows_none(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: object) -> object:
        raise RuntimeError("a fault of our own")

    monkeypatch.setattr("jira_client.client.JiraClient.myself", fail)
    result = checkup.run(house.basic)
    row = next(row for row in result.rows if row.name == "authentication")
    assert (row.state, row.code) == ("crashed", "check_crashed")
    assert result.state == "crashed"
    house.clean(caplog.text + repr(result))


def test_no_value_prints_its_secret(house: House) -> None:
    credential = Credential(AuthMethod.BASIC, Secret(TYPED), "svc-alm")
    waiting = credentials.pending(house.basic)
    house.clean(f"{credential!r} {waiting!r} {credential} {waiting} {changing.__doc__}")


def _pages() -> list[Any]:
    class Route:
        def __init__(self, route: str) -> None:
            self.route = route

        def address_of(self, key: object) -> str:
            return "/" + self.route.replace("<uuid:connection_id>", str(key))

    found = [Route(page.route) for page in pages() if page.route.count("<") == 1]
    return [one for one in found if "<uuid:connection_id>" in one.route]


def _paths() -> list[str]:
    wanted = [call.path for call in calls() if call.method == "GET"]
    return [path.removeprefix("/api/v1") for path in wanted if path.count("{") == 1
            and "{uuid:connection_id}" in path]  # fmt: skip
