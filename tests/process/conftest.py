"""Installations on PostgreSQL and Redis, and sandboxes whose service user is a Jira admin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jira_sandbox.server import Handle, running
from tests.conftest import absent
from tests.process.installation import Installation
from tests.process.jira_side import Jira
from tests.process.own_postgres import Cluster, cluster, programs


@pytest.fixture(params=["cloud", "datacenter"])
def handle(request: pytest.FixtureRequest) -> Iterator[Handle]:
    with running(flavour=request.param, service_admin=True) as one:
        yield one


@pytest.fixture
def jira(handle: Handle) -> Jira:
    return Jira(handle)


@pytest.fixture
def poll_seconds() -> int:
    """How often the installation polls. A test that is about webhooks alone answers with an hour."""
    return 3


@pytest.fixture
def console(
    tmp_path: Path, postgres_url: str, redis_url: str, poll_seconds: int
) -> Iterator[Installation]:
    """Web, worker and beat on PostgreSQL and Redis, by environment variables alone."""
    one = Installation(
        tmp_path,
        {
            "ALMCONNECT_DATABASE_URL": postgres_url,
            "ALMCONNECT_BROKER_URL": redis_url,
            "ALMCONNECT_POLL_SECONDS": str(poll_seconds),
        },
    )
    try:
        one.up()
        yield one
    finally:
        one.down()


@pytest.fixture
def own_postgres() -> Iterator[Cluster]:
    """A PostgreSQL server of this test's own, which it may restart."""
    found = programs()
    if found is None:
        absent("PostgreSQL's initdb", "PATH", FileNotFoundError("initdb"))
        return
    with cluster(found) as one:
        yield one
