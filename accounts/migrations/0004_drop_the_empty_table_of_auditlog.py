"""django-auditlog was installed, never used, and is gone: its empty table goes too.

A table with rows stays, for whoever put them there. Back to before: installing the app again makes it.
"""

from django.db import migrations

TABLE = "auditlog_logentry"


def drop_if_empty(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        cursor.execute(f"SELECT 1 FROM {TABLE} LIMIT 1")  # noqa: S608  (a constant)
        if cursor.fetchone():
            return
        cursor.execute(f"DROP TABLE {TABLE}")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'auditlog'")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_shared_cache_table")]
    operations = [migrations.RunPython(drop_if_empty, migrations.RunPython.noop)]
