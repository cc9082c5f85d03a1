"""Tables that grow from nothing to a million rows in minutes, which PostgreSQL takes for empty meanwhile.

Its own daemon looks once a minute, where it is not switched off. Until then each part of an import is
looked for among all pairs, since that seems quickest of a few. So statistics are asked for as it grows.
"""

from __future__ import annotations

from django.db import connection

from planning.models import Link, WorkItem
from sync.models import RunKind, Shadow
from sync.runs.progress import Progress

FIRST = 1_000  # pairs that are worth statistics
TIMES = 10  # and again when there are so many times more: the planner itself sees a table's size
_TABLES = (Shadow, WorkItem, Link)


def keep_up(told: Progress) -> None:
    """Statistics of what an import has brought, each time that it is ten times as much."""
    run = told.run
    if connection.vendor != "postgresql" or run.kind != RunKind.IMPORT:
        return
    if run.done < max(FIRST, TIMES * int(run.cursor.get("statistics", 0))):
        return
    tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in _TABLES)
    with connection.cursor() as cursor:
        # A table that is being vacuumed is left out rather than waited for.
        cursor.execute(f"ANALYZE (SKIP_LOCKED) {tables}")
    told.save(statistics=run.done)
