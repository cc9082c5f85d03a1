"""A world whose rows are written again is the world that was built; where it would not be, it is built."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from connections.health import health
from connections.models import Connection, PermissionReport
from jira_sandbox.server import Handle
from tests.sync import recorded_rows
from tests.sync.world import World, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def again(handle: Handle, rte: User) -> Callable[..., Any]:
    """`again(act)`: what `act` returns of a recorded world, which is gone afterwards, as after a test."""

    def make(act: Callable[[World], Any], recorded: bool = True) -> Any:
        with transaction.atomic():
            found = act(build(handle, rte, recorded=recorded))
            transaction.set_rollback(True)
        handle.site.calls.clear()
        for memory in recorded_rows.REMEMBERED:
            memory.clear()
        return found

    return make


def rows(world: World) -> dict[str, Any]:
    return recorded_rows._tables()


def counts(world: World) -> dict[str, int]:
    return {table: len(found) for table, found in rows(world).items()}


def of_a_poll(world: World) -> tuple[dict[str, int], int]:
    """The calls and the number of queries of what comes next."""
    with CaptureQueriesContext(database) as asked:
        world.poll()
    return dict(world.handle.site.calls), len(asked)


def test_it_has_the_same_rows(again: Callable[..., Any]) -> None:
    built = again(counts, recorded=False)
    first = again(rows)
    later = again(rows)
    for table in (Connection._meta.db_table, PermissionReport._meta.db_table):  # moments are now's
        assert len(later.pop(table)) == len(first.pop(table)) == built.pop(table) == 1
    assert later == first
    assert {table: len(found) for table, found in first.items()} == built


def test_what_comes_next_costs_the_same(
    again: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    built = again(of_a_poll, recorded=False)
    again(counts)
    monkeypatch.setattr(health, "QUIET", timedelta(seconds=1))
    time.sleep(1.1)  # recorded longer ago than a success is good for
    assert again(of_a_poll) == built


def test_its_person_is_this_tests_own(
    again: Callable[..., Any], handle: Handle, person: Callable[..., User], rte: User
) -> None:
    again(counts)
    rte.delete()
    other = person("rte", role="rte")
    build(handle, other, recorded=True)
    told = repr(recorded_rows._tables())
    assert other.pk.hex in told.replace("-", "")
    assert rte.pk is None


@pytest.mark.parametrize(
    "change",
    [
        lambda handle, settings: handle.site.parts["faults"].switch("slow", 1),
        lambda handle, settings: handle.site.users["svc-alm"].global_permissions.add("ADMINISTER"),
        lambda handle, settings: handle.site.calls.update(["GET /rest/api/2/myself"]),
        lambda handle, settings: setattr(settings, "POLL_SECONDS", 7),
        lambda handle, settings: build(handle, User.objects.get(), team_name="Another"),
    ],
    ids=["fault", "grant", "call", "setting", "rows"],
)
def test_where_anything_differs_it_is_built(
    again: Callable[..., Any], handle: Handle, rte: User, settings: Any, change: Callable[..., Any]
) -> None:
    def asks() -> list[str]:
        asked: list[str] = []
        recorded_rows.built(handle, rte, {"team_name": "Falcon"}, lambda: asked.append("built"))
        return asked

    again(counts)
    again(lambda world: None)
    with transaction.atomic():
        assert asks() == [], "there is a recording"
        transaction.set_rollback(True)
    handle.site.calls.clear()
    change(handle, settings)
    assert asks() == ["built"]
