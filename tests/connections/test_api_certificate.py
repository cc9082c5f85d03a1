"""`GET …/certificate`: what Jira shows now, trusted or not, so that it can be compared and pinned."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from connections.models import Connection
from jira_sandbox.server import Handle, running
from outgoing.tls import fingerprint_of
from tests.callers import ApiCaller
from tests.connections.conftest import basic_of

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["cloud", "datacenter"])
def encrypted(request: pytest.FixtureRequest) -> Iterator[Handle]:
    with running(flavour=request.param, tls=True) as handle:
        yield handle


@pytest.fixture
def api(admin: Any, token_of: Callable[..., str]) -> ApiCaller:
    return ApiCaller(token_of(admin))


def path_of(connection: Connection) -> str:
    return f"/connections/{connection.pk}"


def test_it_is_told_although_nobody_trusts_it(
    api: ApiCaller, encrypted: Handle, draft_to: Callable[..., Connection]
) -> None:
    path = path_of(draft_to(encrypted))
    told = api.get(f"{path}/certificate").json()
    assert told["fingerprint"] == fingerprint_of(ssl.PEM_cert_to_DER_cert(encrypted.certificate))
    assert told["self_signed"] is True
    assert "CN=Jira sandbox" in told["subject"]
    assert "localhost" in told["names"]
    now = timezone.now()
    assert datetime.fromisoformat(told["valid_from"]) < now
    assert datetime.fromisoformat(told["valid_until"]) > now


def test_it_follows_what_the_server_shows(
    api: ApiCaller, encrypted: Handle, draft_to: Callable[..., Connection]
) -> None:
    path = path_of(draft_to(encrypted))
    first = api.get(f"{path}/certificate").json()
    encrypted.site.parts["certificates"].show("expired")
    second = api.get(f"{path}/certificate").json()
    assert first["fingerprint"] != second["fingerprint"]
    assert second["self_signed"] is False
    assert datetime.fromisoformat(second["valid_until"]) < timezone.now()


def test_from_the_certificate_to_a_pinned_connection(
    api: ApiCaller, encrypted: Handle, draft_to: Callable[..., Connection]
) -> None:
    path, credential = path_of(draft_to(encrypted, auth_method="basic")), basic_of(encrypted)
    secret = {"username": credential.username, "secret": credential.secret.reveal()}
    refused = api.patch(path, secret)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "tls_self_signed")
    pin = api.get(f"{path}/certificate").json()["fingerprint"]
    done = api.patch(path, {"fingerprint": pin, **secret}).json()
    assert (done["state"], done["fingerprint"]) == ("ok", pin)
    encrypted.site.parts["certificates"].show("unknown_ca")
    failed = [one["code"] for one in api.post(f"{path}/test").json()["checks"] if one["code"]]
    assert failed == ["tls_fingerprint_mismatch"]
    assert api.get(f"{path}/certificate").json()["fingerprint"] != pin


def test_nobody_is_there(
    api: ApiCaller, encrypted: Handle, draft_to: Callable[..., Connection]
) -> None:
    connection = draft_to(encrypted)
    Connection.objects.update(base_url="https://127.0.0.1:1")
    answer = api.get(f"{path_of(connection)}/certificate")
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "connection_refused")


def test_only_those_who_connect_may_ask(
    rte: Any, token_of: Callable[..., str], encrypted: Handle, draft_to: Callable[..., Connection]
) -> None:
    answer = ApiCaller(token_of(rte)).get(f"{path_of(draft_to(encrypted))}/certificate")
    assert answer.status_code == 403
