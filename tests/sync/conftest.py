"""Worlds to sync in, on both flavours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import User
from connections import gateway
from jira_sandbox.serving import Handle, running
from tests.sync.world import World, build


@pytest.fixture(autouse=True)
def _no_kept_clients() -> Iterator[None]:
    yield
    for connection_id in list(gateway._clients):
        gateway.forget(connection_id)


@pytest.fixture(params=["cloud", "datacenter"])
def handle(request: pytest.FixtureRequest) -> Iterator[Handle]:
    with running(flavour=request.param) as one:
        yield one


@pytest.fixture
def world(handle: Handle, rte: User) -> World:
    return build(handle, rte)


@pytest.fixture
def world_with(handle: Handle, rte: User) -> Callable[..., World]:
    """`world_with(conflict_policy="ask")`: a world with options of the mapping."""

    def make(**options: Any) -> World:
        return build(handle, rte, **options)

    return make
