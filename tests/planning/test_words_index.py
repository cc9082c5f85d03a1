"""On PostgreSQL a search among all items goes by indexes, and a user who may not make them can migrate."""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps
from django.db import connection

from almconnect.lib import bulk_rows
from planning.filters import ItemFilter
from planning.models import WorkItem

migration = importlib.import_module("planning.migrations.0003_words_of_items")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL alone has them"),
]


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'planning_workitem'")
        return {name for (name,) in cursor.fetchall()}


def run(step) -> None:
    with connection.schema_editor(atomic=False) as editor:
        step(apps, editor)


def test_words_and_keys_are_found_by_their_indexes():
    bulk_rows.insert([
        bulk_rows.make(WorkItem, {"type": "Story", "summary": f"Plan {n}", "remote_key": f"K-{n}"})
        for n in range(20_000)
    ])  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('item_by_words')")  # as a vacuum does
        cursor.execute("ANALYZE planning_workitem")
    rows = ItemFilter({"q": "k-4711"}, projects=[]).narrow(WorkItem.objects.live())
    assert [row.remote_key for row in rows] == ["K-4711"]
    plan = rows.explain()
    assert "item_by_words" in plan
    assert "item_by_any_key" in plan


def test_it_can_be_taken_back_and_made_again():
    run(migration.take_away)
    assert not indexes() & {"item_by_words", "item_by_any_key"}
    run(migration.make)
    assert {"item_by_words", "item_by_any_key"} <= indexes()


def test_without_the_right_to_the_extension_the_rest_is_made_and_it_is_said(caplog, monkeypatch):
    run(migration.take_away)
    monkeypatch.setattr(migration, "_MAY", "SELECT false")
    run(migration.make)
    assert "item_by_any_key" in indexes()
    assert "item_by_words" not in indexes()
    assert "pg_trgm" in caplog.text


def test_a_user_with_no_right_in_the_database_is_told_no():
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION pg_trgm CASCADE")
        cursor.execute(migration._MAY)
        assert cursor.fetchone() == (True,)  # the tests' user owns its database
        cursor.execute("CREATE ROLE stranger_of_words")
        cursor.execute("SET LOCAL ROLE stranger_of_words")
        cursor.execute(migration._MAY)
        assert cursor.fetchone() == (False,)
