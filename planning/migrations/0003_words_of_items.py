"""Indexes by which words and keys are found among a million items: PostgreSQL alone has them.

Words need its extension pg_trgm. Where the database user may not create it, a search reads all rows, and
the migration says so.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import migrations

log = logging.getLogger(__name__)

# In place, or may be created: trusted extensions by whoever may create in the database.
_MAY = """
    SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm')
        OR EXISTS (
            SELECT 1 FROM pg_available_extension_versions
            WHERE name = 'pg_trgm' AND (
                (trusted AND has_database_privilege(current_database(), 'CREATE'))
                OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
            )
        )
"""


def make(apps: Any, schema_editor: Any) -> None:
    database = schema_editor.connection
    if database.vendor != "postgresql":
        return
    with database.cursor() as cursor:
        # As Django's iexact and icontains ask.
        cursor.execute("CREATE INDEX item_by_any_key ON planning_workitem (UPPER(remote_key::text))")
        cursor.execute(_MAY)
        if not cursor.fetchone()[0]:
            log.warning(
                "The database has no extension pg_trgm, and this user may not create it: searching "
                "items for words reads all of them. See docs/operations.md."
            )
            return
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute(
            "CREATE INDEX item_by_words ON planning_workitem "
            "USING gin (UPPER(summary::text) gin_trgm_ops)"
        )


def take_away(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS item_by_words, item_by_any_key")


class Migration(migrations.Migration):
    dependencies = [("planning", "0002_sprint_facts")]
    operations = [migrations.RunPython(make, take_away, elidable=False)]
