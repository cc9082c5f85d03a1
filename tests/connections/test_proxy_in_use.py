"""Every call of a connection takes its proxy: proven with a Jira whose name only the proxy knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from almconnect.lib import egress
from connections.access import gateway
from connections.budget.rate_budget import Purpose
from connections.credentials import credentials
from connections.models import Connection
from connections.probes import checkup, light_check
from connections.report import permission_report
from connections.setup import settings_editing
from jira_sandbox.server import Handle, running
from tests.callers import ApiCaller
from tests.connections.conftest import basic_of
from tests.outgoing.proxies import Proxy, proxying

NAME = "jira.behind-the-proxy.invalid"


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with proxying() as running_proxy:
        running_proxy.names[NAME] = "127.0.0.1"
        yield running_proxy


@dataclass(frozen=True)
class Far:
    """A Jira, and the settings by which it is reached through the proxy alone."""

    handle: Handle
    url: str
    fingerprint: str

    def settings(self, proxy: Proxy) -> dict[str, Any]:
        return {
            "base_url": self.url,
            "proxy_url": proxy.url,
            "fingerprint": self.fingerprint,
            "auth_method": "basic",
        }


@pytest.fixture(params=["cloud", "datacenter"])
def far(request: pytest.FixtureRequest) -> Iterator[Far]:
    with running(flavour=request.param, tls=True) as handle:
        with gateway.Transport(handle.url, egress.address_policy(), verify_tls=False) as transport:
            pin = transport.certificate().fingerprint
        yield Far(handle, handle.url.replace("127.0.0.1", NAME), pin)


@pytest.fixture
def connection(db: None, far: Far, proxy: Proxy) -> Connection:
    row = settings_editing.create(actor=None, name="Far", **far.settings(proxy))
    assert credentials.offer(row, basic_of(far.handle), actor=None), row.diagnosis
    return row


def test_clients_of_every_purpose(connection: Connection, proxy: Proxy, far: Far) -> None:
    before = len(proxy.tunnels)
    assert gateway.jira_for(connection).myself().name == "ALM Service"
    assert gateway.jira_for(connection, purpose=Purpose.BULK).projects.list()
    with gateway.anonymously(connection) as client:
        client.server_info()
    with gateway.transport_for(connection) as transport:
        assert transport.certificate().fingerprint == far.fingerprint
    assert len(proxy.tunnels) > before
    assert {one.partition(":")[0] for one in proxy.tunnels} == {NAME}


def test_the_test_says_that_the_proxy_leads_there(connection: Connection, proxy: Proxy) -> None:
    rows = {row.name: row for row in checkup.run(connection).rows}
    for name in ("address", "tcp", "jira", "authentication", "account", "projects"):
        assert rows[name].state == "pass", rows[name]
    assert f"through the proxy 127.0.0.1:{proxy.port}" in rows["address"].message
    assert rows["tcp"].message == "The proxy leads there."
    assert rows["tls"].code in ("", "certificate_expires")  # the sandbox's lasts a few days


def test_health_reports_and_the_daily_look(connection: Connection) -> None:
    Connection.objects.update(health="unknown", look_due=None)
    assert light_check.take(connection.pk)
    row = permission_report.request(connection, ["FALCON"], actor=None)
    permission_report.take(row.pk)
    row.refresh_from_db()
    assert (row.state, len(row.rows)) == ("finished", 1)


def test_the_wizard_looks_and_connects_through_it(
    db: None, far: Far, proxy: Proxy, admin: User, client_of: Callable[..., Client]
) -> None:
    credential = basic_of(far.handle)
    form = {"method": "basic", "name": "Railways", "verify_tls": "on", "advanced": "on"}
    form |= {"base_url": far.url, "proxy_url": f" {proxy.url}/ ", "username": credential.username}
    browser = client_of(admin)
    look = browser.post("/connections/new/jira/", form | {"look": "1"}).content.decode()
    assert "Trust exactly this certificate" in look
    assert far.fingerprint in look
    form |= {"fingerprint": far.fingerprint, "password": credential.secret.reveal()}
    done = browser.post("/connections/new/jira/", form, follow=True).content.decode()
    assert "This connection acts as ALM Service." in done
    assert "Spaces around the proxy&#x27;s address were removed." in done
    assert Connection.objects.get().proxy_url == proxy.url


def test_by_rest_from_nothing_to_a_certificate(
    db: None, far: Far, proxy: Proxy, admin: User, token_of: Callable[..., str]
) -> None:
    caller, credential = ApiCaller(token_of(admin)), basic_of(far.handle)
    secret = {"username": credential.username, "secret": credential.secret.reveal()}
    made = caller.post("/connections", {"name": "Far", **far.settings(proxy), **secret}).json()
    assert (made["state"], made["proxy_url"]) == ("ok", proxy.url)
    path = f"/connections/{made['id']}"
    assert caller.get(f"{path}/certificate").json()["fingerprint"] == far.fingerprint
    assert caller.get(f"{path}/jira-projects").json()["items"]
    body = {"base_url": far.url, "proxy_url": proxy.url, "fingerprint": far.fingerprint}
    assert caller.post("/connections/look", body).json()["code"] == ""
    nowhere = {"proxy_url": "http://127.0.0.1:9"}
    tried = caller.post(f"{path}/test", nowhere | secret).json()
    assert [row["code"] for row in tried["checks"] if row["state"] == "fail"] == [
        "proxy_unreachable"
    ]
    assert caller.post(f"{path}/test").json()["state"] != "fail"


def test_a_secret_with_the_new_proxy_goes_on_at_once(
    connection: Connection, far: Far, admin: User, token_of: Callable[..., str]
) -> None:
    caller, path = ApiCaller(token_of(admin)), f"/connections/{connection.pk}"
    secret = basic_of(far.handle).secret.reveal()
    with proxying() as other:
        refused = caller.patch(path, {"proxy_url": other.url, "secret": secret})
        assert refused.json()["error"]["code"] == "proxy_cannot_reach"
        assert Connection.objects.get().proxy_url == connection.proxy_url
        other.names[NAME] = "127.0.0.1"
        done = caller.patch(path, {"proxy_url": other.url, "secret": secret}).json()
        assert (done["state"], done["proxy_url"]) == ("ok", other.url)
        assert gateway.jira_for(Connection.objects.get()).myself().name == "ALM Service"
        assert other.tunnels


def test_what_a_refusing_proxy_means_for_health(connection: Connection, proxy: Proxy) -> None:
    gateway.forget(connection.pk)
    proxy.refuse("403 Forbidden")
    checkup.run(connection)
    fresh = Connection.objects.get()
    assert fresh.diagnosis is not None
    assert (fresh.health, fresh.diagnosis["code"]) == ("failing", "proxy_forbids")
    proxy.refusal = b""
    checkup.run(fresh)
    assert Connection.objects.get().health == "ok"
