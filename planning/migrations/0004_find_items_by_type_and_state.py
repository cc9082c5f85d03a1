"""Indexes by which the list finds rare types and states among a million items; two that others cover go.

A type is asked for in any letters, by Django's iexact, which PostgreSQL alone can index.
"""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def make(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE INDEX item_by_any_type ON planning_workitem (UPPER(type::text), updated, id)"
        )


def take_away(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS item_by_any_type")


class Migration(migrations.Migration):
    dependencies = [("connections", "0009_team_source"), ("planning", "0003_words_of_items")]
    operations = [
        migrations.AlterField(
            model_name="workitem",
            name="project",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="items",
                to="connections.mappedproject",
            ),
        ),
        migrations.AlterField(
            model_name="workitem",
            name="team",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="items",
                to="planning.team",
            ),
        ),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(
                condition=models.Q(("sync_state", "synced"), _negated=True),
                fields=["sync_state", "updated", "id"],
                name="item_by_trouble",
            ),
        ),
        migrations.RunPython(make, take_away, elidable=False),
    ]
