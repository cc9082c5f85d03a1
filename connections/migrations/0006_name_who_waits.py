"""Who waits for confirmation stands in clear from now on. Rows from before hold it sealed only, and a
migration has no key: the page asks about “another account” then, as the seal tells on confirmation."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def name(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    connections = apps.get_model("connections", "Connection").objects
    connections.filter(secrets__field="pending", pending_id="").update(
        pending_id="?", pending_name="another account"
    )


class Migration(migrations.Migration):
    dependencies = [("connections", "0005_remember_refusals_and_ends")]
    operations = [migrations.RunPython(name, migrations.RunPython.noop)]
