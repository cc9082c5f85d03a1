"""The proxy of a connection as people and machines enter it: judged, kept, told, and audited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, User
from almconnect.lib.api import Refused
from almconnect.lib.secret import Secret
from connections.access import sealing
from connections.address import proxies
from connections.models import Connection, SecretField, WebhookState
from connections.setup import settings_editing
from tests.callers import ApiCaller
from tests.connections.field_errors import field_errors

pytestmark = pytest.mark.django_db
NEW = "/connections/new/jira/"
PROXY = "http://proxy.example.com:3128"
GOOD = [
    (PROXY, PROXY, 0),
    (f"  {PROXY}/ ", PROXY, 1),
    ("proxy.example.com:3128", PROXY, 1),
    ("HTTPS://Proxy.Example.COM:443", "https://proxy.example.com", 0),
    ("http://[::1]:3128", "http://[::1]:3128", 0),
    ("http://bücher.example:8080", "http://xn--bcher-kva.example:8080", 0),
]
BAD = [
    ("socks5://proxy.example.com:1080", "must begin with http:// or https://"),
    ("http://svc:pass-9f3@proxy.example.com:3128", "have fields of their own"),
    ("svc:pass-9f3@proxy.example.com", "have fields of their own"),
    ("http://wpad.example.com/wpad.dat", "PAC file cannot be used"),
    ("http://proxy.example.com:3128?x=1", "A proxy is a host and a port"),
    ("http://proxy.example.com:99999", "port number"),
    ("http://proxy.example.com:0", "Port 0"),
    ("http://", "no valid host name"),
    ("http://1.2.3:80", "no IPv4"),
    ("http://proxy example.com", "spaces"),
    ("http://169.254.169.254:80", "not allowed to call the address 169.254.169.254"),
    ("http://10.1.2.3:3128", "If the proxy is really in your internal network"),
    ("http://[fd00::1]:3128", "not allowed to call the address"),
]


@pytest.mark.parametrize(("typed", "url", "notes"), GOOD)
def test_is_trimmed_and_says_so(typed: str, url: str, notes: int) -> None:
    found = proxies.trim(typed)
    assert (found.url, len(found.notes)) == (url, notes)
    assert proxies.trim(found.url).url == url


@pytest.mark.parametrize(("typed", "words"), BAD)
def test_is_refused_in_words_by_page_and_by_rest(
    typed: str,
    words: str,
    admin: User,
    client_of: Callable[..., Client],
    token_of: Callable[..., str],
) -> None:
    form = {"name": "J", "base_url": "https://jira.example.com", "proxy_url": typed}
    page = client_of(admin).post(NEW, form | {"verify_tls": "on"})
    found = field_errors(page.content.decode())
    assert (page.status_code, list(found)) == (422, ["proxy_url"])
    assert words in found["proxy_url"]
    assert "pass-9f3" not in found["proxy_url"]
    caller = ApiCaller(token_of(admin))
    look = {"base_url": form["base_url"], "proxy_url": typed}
    assert caller.post("/connections/look", look).status_code == 422
    refused = caller.post("/connections", form).json()["error"]
    assert words in refused["fields"]["proxy_url"][0]
    assert not Connection.objects.exists()


def test_the_name_of_a_proxy_that_may_not_be_called_is_said_beside_its_field(
    admin: User, client_of: Callable[..., Client], settings: Any
) -> None:
    settings.EGRESS_ALLOW = []
    form = {"name": "J", "base_url": "https://jira.example.com", "verify_tls": "on"}
    page = client_of(admin).post(NEW, form | {"proxy_url": "http://localhost:3128"})
    assert list(field_errors(page.content.decode())) == ["proxy_url"]
    assert not Connection.objects.exists()


@pytest.fixture
def connection() -> Connection:
    row = settings_editing.create(
        actor=None, name="Plant", base_url="https://jira.example.com", auth_method="basic"
    )
    for field in (SecretField.PASSWORD, SecretField.PRIVATE_KEY, SecretField.WEBHOOK):
        sealing.store(row, field, Secret(f"canary {field}"))
    found = {"account_id": "1", "lifecycle": "active", "health": "ok", "webhook_id": "7"}
    found |= {"webhook_state": WebhookState.REGISTERED, "deployment": "cloud", "username": "svc"}
    Connection.objects.update(**found)
    row.refresh_from_db()
    return row


def test_by_rest_it_is_kept_told_and_audited(
    connection: Connection, admin: User, token_of: Callable[..., str]
) -> None:
    caller, path = ApiCaller(token_of(admin)), f"/connections/{connection.pk}"
    assert caller.get(path).json()["proxy_url"] == ""
    for sent, kept in (
        (PROXY, PROXY),
        ("https://other.example.com", "https://other.example.com"),
        (None, ""),
    ):
        before = caller.get(path).json()["proxy_url"]
        assert caller.patch(path, {"proxy_url": sent}).json()["proxy_url"] == kept
        entry = AuditEntry.objects.filter(action="connection.edited").latest("pk")
        assert (entry.before, entry.after) == ({"proxy_url": before}, {"proxy_url": kept})
        assert entry.actor == admin


def test_another_proxy_takes_the_credential_away_and_leaves_the_rest(
    connection: Connection,
) -> None:
    settings_editing.edit(connection, actor=None, values={"proxy_url": PROXY})
    fresh = Connection.objects.get()
    held = {row.field for row in fresh.secrets.all()}
    assert held == {SecretField.PRIVATE_KEY, SecretField.WEBHOOK}
    for field in (SecretField.PRIVATE_KEY, SecretField.WEBHOOK):
        found = sealing.load(fresh, field)
        assert found is not None
        assert found.reveal() == f"canary {field}"
    assert (fresh.webhook_id, fresh.webhook_state, fresh.deployment) == ("7", "registered", "cloud")
    assert fresh.health == "stopped"
    assert fresh.diagnosis is not None
    assert "The proxy changed, so the credential was wiped" in fresh.diagnosis["what"]


def test_a_proxy_written_into_the_database_opens_no_secret(connection: Connection) -> None:
    Connection.objects.update(proxy_url="http://evil.example.com:3128", verify_tls=False)
    connection.refresh_from_db()
    for field in (SecretField.PASSWORD, SecretField.PRIVATE_KEY):
        with pytest.raises(sealing.SealBroken):
            sealing.load(connection, field)


def test_the_field_is_under_advanced_settings_and_opens_them(
    connection: Connection, admin: User, client_of: Callable[..., Client]
) -> None:
    browser = client_of(admin)
    page = browser.get(NEW).content.decode()
    assert 'for="id_proxy_url"' in page.partition('<div class="advanced">')[2]
    path = f"/connections/{connection.pk}/"
    assert 'name="advanced" checked' not in browser.get(f"{path}edit/").content.decode()
    settings_editing.edit(connection, actor=None, values={"proxy_url": PROXY})
    edit = browser.get(f"{path}edit/").content.decode()
    assert 'name="advanced" checked' in edit
    assert f'value="{PROXY}"' in edit
    assert f"<dd>{PROXY}</dd>" in browser.get(path).content.decode()


def test_a_refusal_names_no_other_field() -> None:
    with pytest.raises(Refused) as caught:
        settings_editing.cleaned({"base_url": "https://jira.example.com", "proxy_url": "ftp://x"})
    assert list(caught.value.fields) == ["proxy_url"]
