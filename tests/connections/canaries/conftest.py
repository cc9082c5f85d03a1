"""A house with one of every secret there is, and what they look like wherever they might turn up."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from almconnect.lib.secret import Secret
from connections.access import sealing
from connections.credentials import credentials, second_way
from connections.credentials.credentials import Credential
from connections.models import AuthMethod, Connection, OAuthFlow, SealedSecret, SecretField
from connections.oauth import handshake, key_pair, oauth_flow
from connections.setup import settings_editing
from jira_client.protocol import Request
from jira_sandbox.server import Handle
from tests.connections.conftest import basic_of
from tests.connections.jira_browser import JiraBrowser, make_link
from tests.outgoing.certificates import make

PASSWORD = "canary-Pa55-9c1e-password"
TYPED = "canary-Pa55-77b0-typed"
WEBHOOK = "canary-webhook-5d3f"
PROXY = "canary-proxy-31ab"
HEADER = "canary-header-88d0"


@dataclass
class House:
    """Connections by every method, each secret of theirs, and an OAuth dance under way."""

    oauth: Connection
    basic: Connection
    pat: Connection
    secrets: set[str]

    def traces(self) -> set[str]:
        found = {PASSWORD, TYPED, WEBHOOK, PROXY, HEADER, *self.secrets}
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
    second_way.offer(basic, token, actor=admin)
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
    shown = make("alm-connect")
    outer = {
        "proxy_url": "http://127.0.0.1:9",
        "proxy_username": "alm",
        "proxy_password": PROXY,
        "client_certificate": shown.pem,
        "client_key": shown.key_pem,
        "extra_headers": [{"name": "X-Gate", "value": HEADER}],
    }
    settings_editing.create(actor=admin, name="Behind", base_url="https://behind.example", **outer)
    handshake.start_oauth(oauth, actor=admin, out_of_band=True)
    return House(oauth, basic, pat, set(everything_sealed()))


def everything_sealed() -> Iterator[str]:
    fields = set()
    for row in SealedSecret.objects.select_related("connection"):
        found = sealing.load(row.connection, SecretField(row.field))
        assert found is not None
        fields.add(row.field)
        text = found.reveal()
        if row.field in (SecretField.PENDING, SecretField.SECOND):
            yield json.loads(text)["secret"]
        elif row.field == SecretField.EXTRA_HEADERS:
            yield from json.loads(text).values()
        elif row.field in (SecretField.PRIVATE_KEY, SecretField.CLIENT_KEY):
            yield from [line for line in text.splitlines() if len(line) == 64][1:]
        else:
            yield text
    assert fields == set(SecretField.values)
    flow = OAuthFlow.objects.filter(used=None).get()
    yield from oauth_flow.opened(flow).values()
