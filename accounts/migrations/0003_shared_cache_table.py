"""The table of Django's database cache: limits on guessing must hold across processes and hosts."""

from django.core.management import call_command
from django.db import migrations

TABLE = "almconnect_cache"


def make(apps, schema_editor):
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE IF EXISTS {schema_editor.quote_name(TABLE)}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_one_time_links_and_repeatable_calls")]
    operations = [migrations.RunPython(make, drop)]
