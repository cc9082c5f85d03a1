"""Sandboxes of both flavours, and connections to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from almconnect.lib.secret import Secret
from connections.access import gateway
from connections.credentials import credentials
from connections.credentials.credentials import Credential
from connections.models import AuthMethod, Connection
from connections.setup import settings_editing
from jira_sandbox.server import Handle, running


@pytest.fixture(autouse=True)
def _no_kept_clients() -> Iterator[None]:
    yield
    for connection_id in list(gateway._clients):
        gateway.forget(connection_id)


@pytest.fixture(params=["cloud", "datacenter"])
def jira(request: pytest.FixtureRequest) -> Iterator[Handle]:
    """A sandbox; the test runs on both flavours."""
    with running(flavour=request.param) as handle:
        yield handle


@pytest.fixture
def cloud() -> Iterator[Handle]:
    with running(flavour="cloud") as handle:
        yield handle


@pytest.fixture
def datacenter() -> Iterator[Handle]:
    with running(flavour="datacenter") as handle:
        yield handle


def basic_of(jira: Handle, username: str = "svc-alm") -> Credential:
    """The Basic credential that this flavour accepts."""
    user = jira.site.users[username]
    if jira.site.cloud:
        return Credential(AuthMethod.BASIC, Secret(user.api_token), user.email)
    return Credential(AuthMethod.BASIC, Secret(user.password), user.name)


@pytest.fixture
def draft_to(db: None) -> Callable[..., Connection]:
    """`draft_to(jira, auth_method="basic")`: a draft without credential."""

    def make(jira: Handle, **values: Any) -> Connection:
        number = Connection.objects.count() + 1
        return settings_editing.create(
            actor=None, **{"name": f"Jira {number}", "base_url": jira.url, **values}
        )

    return make


@pytest.fixture
def connected(draft_to: Callable[..., Connection]) -> Callable[..., Connection]:
    """`connected(jira)`: an active connection by Basic auth as the service user."""

    def make(jira: Handle, username: str = "svc-alm", **values: Any) -> Connection:
        connection = draft_to(jira, auth_method="basic", **values)
        assert credentials.offer(connection, basic_of(jira, username), actor=None)
        return connection

    return make
