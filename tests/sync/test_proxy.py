"""Push, poll and the webhook's registration go through the connection's proxy, and no other way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connections.access import gateway
from connections.credentials import credentials
from connections.credentials.credentials import Credential
from connections.models import Connection, WebhookState
from connections.setup import settings_editing
from sync.webhook import webhooks
from tests.outgoing.proxies import Proxy, proxying
from tests.sync.world import World

NAME = "jira.behind-the-proxy.invalid"


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with proxying() as running:
        running.names[NAME] = "127.0.0.1"
        yield running


def test_both_ways_and_the_webhook(world: World, proxy: Proxy) -> None:
    connection = world.connection
    secret = gateway.sealing.load(connection, gateway.CREDENTIAL[connection.auth_method])
    assert secret is not None
    moved = {"base_url": connection.base_url.replace("127.0.0.1", NAME), "proxy_url": proxy.url}
    settings_editing.edit(connection, actor=None, values=moved)
    credential = Credential(connection.auth_method, secret, connection.username)
    credentials.present(connection, credential, actor=None)
    world.connection = Connection.objects.get()

    item = world.first()
    world.edit(item, summary="Sent through the proxy")
    world.push()
    assert world.issue(item.remote_key)["summary"] == "Sent through the proxy"
    world.edit_issue(item.remote_key, summary="Read through the proxy")
    world.poll()
    world.drain()
    item.refresh_from_db()
    assert item.summary == "Read through the proxy"

    world.handle.site.users["svc-alm"].global_permissions.add("ADMINISTER")
    assert webhooks.register(world.connection) == WebhookState.REGISTERED
    assert all(f"://{NAME}:".encode() in one.split(b"\r\n")[0] for one in proxy.asked)
    assert {one.split(b" ")[0] for one in proxy.asked} >= {b"GET", b"PUT"}
