"""Worlds to sync in, on both flavours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from accounts.models import User
from connections.access import circuit, gateway
from connections.budget import rate_budget
from jira_sandbox.server import Handle
from sync.webhook import inbox
from sync.worker import failpoints
from tests.sandbox_doors import doors
from tests.sync.recorded_rows import REMEMBERED
from tests.sync.world import World, build


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """Connections of recorded rows, and their addresses, are those of other tests of this process too."""
    yield
    for connection_id in {*gateway._clients, *gateway._bulk_clients}:
        gateway.forget(connection_id)
    rate_budget.forget()
    for memory in (*REMEMBERED, circuit._circuits, inbox._remembered):
        memory.clear()


@pytest.fixture(params=["cloud", "datacenter"])
def handle(request: pytest.FixtureRequest) -> Iterator[Handle]:
    with doors.sandbox(request.param) as one:
        yield one


@pytest.fixture
def world(handle: Handle, rte: User, monkeypatch: pytest.MonkeyPatch) -> World:
    return build(handle, rte, recorded=not patched(monkeypatch))


@pytest.fixture
def world_with(handle: Handle, rte: User, monkeypatch: pytest.MonkeyPatch) -> Callable[..., World]:
    """`world_with(conflict_policy="ask")`: a world with options of the mapping."""

    def make(**options: Any) -> World:
        return build(handle, rte, recorded=not patched(monkeypatch), **options)

    return make


def patched(monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether this test has changed what building a world might go through."""
    return bool(monkeypatch._setattr or monkeypatch._setitem)


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
