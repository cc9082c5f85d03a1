"""The sandbox of every flavour as its service user, and a real Jira where one is named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from jira_client.auth import Auth, Basic, Bearer
from jira_client.client import JiraClient
from jira_client.transport import Transport
from jira_sandbox.server import running
from outgoing.address import AddressPolicy
from tests import real_jira
from tests.contract.places import Place
from tests.jira_client.contract.conftest import FLAVOURS, login
from tests.outgoing.servers import LOOPBACK

REAL = real_jira.named()
PLACES = [*FLAVOURS, *(["real"] if REAL else [])]


def name_of(place: tuple[str, int] | str) -> str:
    return place if isinstance(place, str) else f"{place[0]}-{place[1]}"


@pytest.fixture(params=PLACES, ids=name_of)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    made = _real() if request.param == "real" else _sandbox(*request.param)
    with made as found:
        yield found
        found.clean()


@contextmanager
def _sandbox(flavour: str, version: int) -> Iterator[Place]:
    with running(flavour=flavour, version=version, context="/jira", service_admin=True) as jira:
        with Transport(jira.url, LOOPBACK) as transport:
            client = JiraClient(transport, login(jira))
            yield Place(client, client.projects.get("FALCON"), real=False)


@contextmanager
def _real() -> Iterator[Place]:
    """It may be inside the network of its company."""
    assert REAL is not None
    auth: Auth = Basic(REAL.user, REAL.secret) if REAL.user else Bearer(REAL.secret)
    with Transport(REAL.url, AddressPolicy(private=True, loopback=REAL.here)) as transport:
        client = JiraClient(transport, auth)
        yield Place(client, client.projects.get(REAL.project), real=True)


@pytest.fixture
def client(place: Place) -> JiraClient:
    return place.client
