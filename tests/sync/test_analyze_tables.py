"""An import has PostgreSQL learn how large its tables have become, now and then."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sync.models import RunKind, Shadow
from sync.runs import analyze_tables, issue_pages
from tests.sync.importing import add_issues, run_to_end
from tests.sync.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """250 issues that are not on the board yet, in parts of ten, of which twenty are many."""
    add_issues(world, 250)
    monkeypatch.setattr(issue_pages, "PART", 10)
    monkeypatch.setattr(analyze_tables, "FIRST", 20)
    return world


def analyzed(world: World, kind: str) -> int:
    """How often this run asked for statistics."""
    with CaptureQueriesContext(connection) as seen:
        run = run_to_end(world, kind)
    assert run.state == "finished", run.message
    return sum(one["sql"].startswith("ANALYZE") for one in seen)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL plans by statistics")
def test_an_import_asks_once_it_has_brought_many_and_then_tenfold(small: World) -> None:
    assert analyzed(small, RunKind.IMPORT) == 2  # at about 20, and at 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'sync_shadow'")
        (known,) = cursor.fetchone()
    assert known >= Shadow.objects.count() / 2


def test_a_comparison_and_other_databases_ask_for_nothing(small: World) -> None:
    if connection.vendor != "postgresql":
        assert analyzed(small, RunKind.IMPORT) == 0
    else:
        run_to_end(small)
    assert analyzed(small, RunKind.RECONCILE) == 0


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL plans by statistics")
def test_a_small_import_asks_for_nothing(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyze_tables, "FIRST", 1_000)
    assert analyzed(small, RunKind.IMPORT) == 0
