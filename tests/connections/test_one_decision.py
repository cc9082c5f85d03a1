"""A credential travels only to what is a Jira, and settings change with it or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connections.access import gateway
from connections.models import Connection
from jira_sandbox.server import Handle
from tests.callers import ApiCaller
from tests.connections.conftest import basic_of
from tests.connections.eavesdropper import eavesdropping


def test_a_new_connection_looks_before_it_sends(
    db: None, admin: Any, token_of: Callable[..., str]
) -> None:
    with eavesdropping() as ear:
        body = {
            "name": "Ear", "base_url": ear.url, "auth_method": "basic", "username": "a",
            "secret": "s",
        }  # fmt: skip
        ApiCaller(token_of(admin)).post("/connections", body)
        first = ear.requests[0]
    assert "/serverInfo" in first
    assert "Authorization" not in first


def test_what_is_no_jira_is_sent_nothing(
    connected: Callable[..., Connection],
    datacenter: Handle,
    admin: Any,
    token_of: Callable[..., str],
) -> None:
    connection = connected(datacenter)
    with eavesdropping() as ear:
        ear.answer = (404, {})
        body = {"base_url": ear.url, "secret": "canary"}
        answer = ApiCaller(token_of(admin)).patch(f"/connections/{connection.pk}", body)
        assert "Authorization" not in ear.heard
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_jira")


def test_refused_there_everything_stays_here(
    connected: Callable[..., Connection],
    datacenter: Handle,
    admin: Any,
    token_of: Callable[..., str],
) -> None:
    connection = connected(datacenter)
    moved = datacenter.url.replace("127.0.0.1", "localhost")
    body = {"base_url": moved, "secret": "wrong", "name": "Renamed"}
    answer = ApiCaller(token_of(admin)).patch(f"/connections/{connection.pk}", body)
    assert answer.status_code == 409
    fresh = Connection.objects.get()
    assert (fresh.name, fresh.base_url) == (connection.name, datacenter.url)
    assert gateway.jira_for(fresh).myself().name == "ALM Service"


def test_what_comes_after_the_proof_undoes_nothing_by_half(
    connected: Callable[..., Connection],
    datacenter: Handle,
    admin: Any,
    token_of: Callable[..., str],
) -> None:
    """serverInfo fails from the second question on: then the proof itself was made already."""
    connection = connected(datacenter)
    moved = datacenter.url.replace("127.0.0.1", "localhost")
    before = datacenter.site.calls.copy()
    body = {"base_url": moved, "secret": basic_of(datacenter).secret.reveal()}
    answer = ApiCaller(token_of(admin)).patch(f"/connections/{connection.pk}", body)
    assert answer.status_code == 200
    asked = {k: n - before.get(k, 0) for k, n in datacenter.site.calls.items()}
    assert sum(n for k, n in asked.items() if "serverInfo" in str(k)) == 1
    assert sum(n for k, n in asked.items() if "myself" in str(k)) == 1


def test_a_name_in_use_is_told_before_anything_is_sent(
    connected: Callable[..., Connection],
    datacenter: Handle,
    admin: Any,
    token_of: Callable[..., str],
) -> None:
    first, second = connected(datacenter), connected(datacenter)
    before = sum(datacenter.site.calls.values())
    body = {"name": first.name, "secret": "wrong"}
    answer = ApiCaller(token_of(admin)).patch(f"/connections/{second.pk}", body)
    assert answer.status_code == 422
    assert sum(datacenter.site.calls.values()) == before
