"""Secrets of connections that do not verify certificates in the ordinary way are sealed for how they do."""

from django.db import migrations

from connections.access import sealing
from connections.models import Connection

NAMES = ("base_url", "api_url", "proxy_url", "verify_tls", "tls_off_until", "ca_bundle", "fingerprint")


def _seal_again(apps, schema_editor, forwards):
    rows = apps.get_model("connections", "SealedSecret").objects.using(schema_editor.connection.alias)
    for row in rows.select_related("connection").exclude(field__in=sealing.NEVER_SENT):
        held = Connection(**{name: getattr(row.connection, name) for name in NAMES})
        ends = (held.sealed_for, held.sealed_for_sending)
        was, now = ends if forwards else reversed(ends)
        if was != now and (fresh := sealing.moved(row.sealed, "secret", row.pk, row.field, was, now)):
            rows.filter(pk=row.pk).update(sealed=fresh)


def bind(apps, schema_editor):
    _seal_again(apps, schema_editor, True)


def loosen(apps, schema_editor):
    _seal_again(apps, schema_editor, False)


class Migration(migrations.Migration):
    dependencies = [("connections", "0014_know_the_site")]
    operations = [migrations.RunPython(bind, loosen)]
