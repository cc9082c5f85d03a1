"""Worlds to sync in, on both flavours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from accounts.models import User
from connections.access import gateway
from connections.budget import rate_budget
from jira_sandbox.server import Handle, running
from sync.pairs import site_proof
from sync.worker import failpoints
from tests.sync.world import World, build


@pytest.fixture(autouse=True)
def _no_kept_clients() -> Iterator[None]:
    yield
    for connection_id in {*gateway._clients, *gateway._bulk_clients}:
        gateway.forget(connection_id)
    rate_budget.forget()
    site_proof.forget()


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


class Killed(BaseException):
    """What SIGKILL is in these tests: nothing catches it, the database keeps what was committed."""


@pytest.fixture
def killed_at(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], AbstractContextManager[None]]:
    """`with killed_at("create.sent"):` the block must reach that point, and ends there."""

    def kill(pid: int, number: int) -> None:
        raise Killed

    @contextmanager
    def block(name: str) -> Iterator[None]:
        settings.CRASH_AT = name
        with monkeypatch.context() as patched:
            patched.setattr(failpoints.os, "kill", kill)
            with pytest.raises(Killed):
                yield
        settings.CRASH_AT = ""

    return block


@pytest.fixture
def when_at(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`when_at("edit.claimed", act)`: act once, when the worker reaches that point."""

    def arrange(name: str, act: Callable[[], object]) -> None:
        def once(pid: int, number: int) -> None:
            settings.CRASH_AT = ""
            act()

        settings.CRASH_AT = name
        monkeypatch.setattr(failpoints.os, "kill", once)

    return arrange
