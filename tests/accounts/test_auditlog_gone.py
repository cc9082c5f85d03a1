"""The empty table of a library that is gone goes too; one with rows stays."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

drop = import_module("accounts.migrations.0004_drop_the_empty_table_of_auditlog").drop_if_empty
MADE = """CREATE TABLE auditlog_logentry (
    id integer PRIMARY KEY, actor_id {uuid} REFERENCES accounts_user (id))"""


def tables() -> list[str]:
    return list(connection.introspection.table_names())


def run() -> None:
    with connection.schema_editor(atomic=False) as editor:
        drop(apps, editor)


@pytest.fixture
def old(transactional_db: Any) -> Any:
    """A database that auditlog's migrations once ran on."""
    kind = "uuid" if connection.vendor == "postgresql" else "char(32)"
    with connection.cursor() as cursor:
        cursor.execute(MADE.format(uuid=kind))
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('auditlog', '0001_initial', '2026-01-01')"
        )
        yield cursor
        cursor.execute("DROP TABLE IF EXISTS auditlog_logentry")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'auditlog'")


def recorded(cursor: Any) -> int:
    cursor.execute("SELECT count(*) FROM django_migrations WHERE app = 'auditlog'")
    return int(cursor.fetchone()[0])


def test_an_empty_one_goes(old: Any) -> None:
    run()
    assert "auditlog_logentry" not in tables()
    assert recorded(old) == 0


def test_one_with_rows_stays(old: Any) -> None:
    old.execute("INSERT INTO auditlog_logentry (id) VALUES (1)")
    run()
    assert "auditlog_logentry" in tables()
    assert recorded(old) == 1


@pytest.mark.django_db(transaction=True)
def test_where_there_is_none_nothing_happens() -> None:
    run()
    assert "auditlog_logentry" not in tables()
