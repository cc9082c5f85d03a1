"""Worlds with a second Jira beside the one that is left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts.models import User
from connections.models import Connection
from jira_sandbox.server import Handle
from tests.sandbox_doors import doors
from tests.sync.conftest import *  # noqa: F403
from tests.sync.conftest import patched
from tests.sync.site_move.elsewhere import copy_of, destination
from tests.sync.world import World, build


@pytest.fixture(params=["datacenter", "cloud"])
def handle(request: pytest.FixtureRequest) -> Iterator[Handle]:
    """The Jira that is left: Data Center 9, or Cloud."""
    with doors.sandbox(request.param, version=9) as one:
        yield one


@pytest.fixture
def world(handle: Handle, rte: User, monkeypatch: pytest.MonkeyPatch) -> World:
    made = build(handle, rte, recorded=not patched(monkeypatch))
    sprints = [one.id for one in handle.site.sprints.values() if one.name.startswith("Falcon")]
    for index in (2, 3):
        made.iteration(index, sprints[index - 1])
    made.reconcile()
    return made


@pytest.fixture
def there(handle: Handle) -> Iterator[Handle]:
    """The new Jira, a Cloud: a migrated copy under other ids."""
    with copy_of(handle) as one:
        yield one


@pytest.fixture
def to(there: Handle, rte: User) -> Connection:
    return destination(there, rte)
