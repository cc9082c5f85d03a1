"""A sandbox of every flavour, a client as the service user, and one of its projects."""

from collections.abc import Iterator

import pytest

from jira_client.auth import Auth, Basic, Bearer
from jira_client.client import JiraClient
from jira_client.transport import Transport
from jira_client.values import Project
from jira_sandbox.rest.tokens import make
from jira_sandbox.server import Handle, running
from tests.outgoing.servers import LOOPBACK

FLAVOURS = [("cloud", 10), *(("datacenter", version) for version in (8, 9, 10, 11))]


@pytest.fixture(params=FLAVOURS, ids=["cloud", "dc8", "dc9", "dc10", "dc11"])
def jira(request: pytest.FixtureRequest) -> Iterator[Handle]:
    flavour, version = request.param
    with running(flavour=flavour, version=version, context="/jira", service_admin=True) as handle:
        yield handle


@pytest.fixture
def client(jira: Handle) -> Iterator[JiraClient]:
    with Transport(jira.url, LOOPBACK) as transport:
        yield JiraClient(transport, login(jira))


def login(jira: Handle) -> Auth:
    """What the service user signs in with; Data Center 11 takes no password at its API."""
    site = jira.site
    if site.basic_disabled:
        return Bearer(make(site, site.users["svc-alm"], "contract", None).secret)
    name = "svc-alm@example.com" if site.cloud else "svc-alm"
    return Basic(name, f"svc-alm-{'api-token' if site.cloud else 'password'}")


@pytest.fixture
def falcon(client: JiraClient) -> Project:
    return client.projects.get("FALCON")
