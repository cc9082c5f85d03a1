"""Whatever comes of trying a connection while it is saved, its row holds the diagnosis."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from almconnect.lib.secret import Secret
from connections.access import gateway
from connections.credentials import credentials
from connections.credentials.credentials import Credential
from connections.models import Connection
from connections.setup import settings_editing
from jira_sandbox.server import Handle, running
from tests.callers import ApiCaller
from tests.connections.conftest import basic_of

pytestmark = pytest.mark.django_db
WAYS = ["refused", "no name", "nobody", "no jira", "unknown certificate", "no proxy", "broken"]
CODES = {
    "refused": "authentication_refused",
    "no name": "dns_failed",
    "nobody": "connection_refused",
    "no jira": "not_jira",
    "unknown certificate": "tls_self_signed",
    "no proxy": "proxy_unreachable",
    "broken": "server_fault",
}


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def encrypted() -> Iterator[Handle]:
    with running(flavour="datacenter", tls=True) as handle:
        yield handle


@pytest.fixture
def typed(datacenter: Handle, encrypted: Handle) -> Callable[[str], dict[str, Any]]:
    """Settings, user name and password, wrong in one way."""

    def make(way: str) -> dict[str, Any]:
        one = basic_of(datacenter)
        found = {"name": "Plant", "base_url": datacenter.url, "auth_method": "basic"}
        found |= {"username": one.username, "secret": one.secret.reveal()}
        if way == "broken":
            datacenter.site.parts["faults"].switch("error", 503)
        return found | {
            "refused": {"secret": "wrong"},
            "no name": {"base_url": "http://jira.no-such-house.invalid"},
            "nobody": {"base_url": f"http://127.0.0.1:{closed_port()}"},
            "no jira": {"base_url": f"{datacenter.url}/nowhere"},
            "unknown certificate": {"base_url": encrypted.url},
            "no proxy": {"proxy_url": f"http://127.0.0.1:{closed_port()}"},
            "broken": {},
        }.get(way, {})

    return make


@pytest.mark.parametrize("way", WAYS)
def test_by_rest_the_draft_tells_why(
    way: str,
    typed: Callable[[str], dict[str, Any]],
    admin: Any,
    token_of: Callable[..., str],
) -> None:
    caller = ApiCaller(token_of(admin))
    answer = caller.post("/connections", typed(way))
    assert answer.status_code == 201
    for shown in (answer.json(), caller.get(f"/connections/{answer.json()['id']}").json()):
        assert (shown["state"], shown["diagnosis"]["code"]) == ("draft", CODES[way])
        assert shown["diagnosis"]["remedy"]
        assert shown["secret"]["set"] is True


def test_what_is_offered_rightly_afterwards_clears_it(
    typed: Callable[[str], dict[str, Any]], datacenter: Handle
) -> None:
    values = typed("refused")
    secret = values.pop("secret")
    draft = settings_editing.create(actor=None, **values)
    wrong = Credential("basic", Secret(secret), values["username"])
    assert not credentials.offer(draft, wrong, actor=None)
    assert Connection.objects.get().diagnosis
    assert credentials.offer(draft, basic_of(datacenter), actor=None)
    fresh = Connection.objects.get()
    assert (fresh.state, fresh.diagnosis) == ("ok", None)


def form_of(values: dict[str, Any], **more: str) -> dict[str, str]:
    kept = {"verify_tls": "on", "method": "basic", "password": values["secret"]}
    kept |= {name: values[name] for name in ("name", "base_url", "username")}
    return kept | {"proxy_url": values.get("proxy_url", "")} | more


@pytest.mark.parametrize("way", [one for one in WAYS if one != "refused"])
@pytest.mark.parametrize("stage", ["draft", "in use"])
def test_a_look_that_fails_on_the_page_is_kept_with_the_row(
    stage: str,
    way: str,
    typed: Callable[[str], dict[str, Any]],
    datacenter: Handle,
    admin: Any,
    client_of: Callable[..., Client],
) -> None:
    row = settings_editing.create(
        actor=None, name="Plant", base_url=datacenter.url, auth_method="basic"
    )
    if stage == "in use":
        assert credentials.offer(row, basic_of(datacenter), actor=None)
    page = client_of(admin).post(f"/connections/{row.pk}/edit/", form_of(typed(way)))
    assert page.status_code in (409, 422)
    fresh = Connection.objects.get()
    assert fresh.diagnosis is not None
    assert fresh.diagnosis["code"] == CODES[way]
    if stage == "in use":
        datacenter.site.parts["faults"].clear()
        assert (fresh.base_url, fresh.health) == (datacenter.url, "ok")
        assert gateway.jira_for(fresh).myself().name == "ALM Service"


def test_a_look_that_is_answered_takes_the_earlier_one_away(
    datacenter: Handle, admin: Any, client_of: Callable[..., Client]
) -> None:
    browser = client_of(admin)
    form = {"method": "oauth1", "name": "Plant", "verify_tls": "on"}
    form["base_url"] = f"http://127.0.0.1:{closed_port()}"
    browser.post("/connections/new/jira/", form)
    draft = Connection.objects.get()
    assert draft.diagnosis is not None
    browser.post(f"/connections/{draft.pk}/edit/", form | {"base_url": datacenter.url})
    draft.refresh_from_db()
    assert (draft.base_url, draft.diagnosis) == (datacenter.url, None)
