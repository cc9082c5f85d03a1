"""A sandbox of every flavour, a client as the service user, and one of its projects."""

from collections.abc import Iterator

import pytest

from jira_client.auth import Basic
from jira_client.client import JiraClient
from jira_client.transport import Transport
from jira_client.values import Project
from jira_sandbox.serving import Handle, running
from tests.jira_client.servers import LOOPBACK

FLAVOURS = [("cloud", 10), ("datacenter", 9), ("datacenter", 10)]


@pytest.fixture(params=FLAVOURS, ids=["cloud", "dc9", "dc10"])
def jira(request: pytest.FixtureRequest) -> Iterator[Handle]:
    flavour, version = request.param
    with running(flavour=flavour, version=version, context="/jira", service_admin=True) as handle:
        yield handle


@pytest.fixture
def client(jira: Handle) -> Iterator[JiraClient]:
    with Transport(jira.url, LOOPBACK) as transport:
        cloud = jira.site.cloud
        name = "svc-alm@example.com" if cloud else "svc-alm"
        yield JiraClient(transport, Basic(name, f"svc-alm-{'api-token' if cloud else 'password'}"))


@pytest.fixture
def falcon(client: JiraClient) -> Project:
    return client.projects.get("FALCON")
