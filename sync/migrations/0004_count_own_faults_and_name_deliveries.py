"""Deliveries get a public id, which callers may know: ids that are counted tell how many there are."""

import uuid

from django.db import migrations, models

AT_ONCE = 1000


def name_them(apps, schema_editor):
    delivery = apps.get_model("sync", "Delivery")
    while rows := list(delivery.objects.filter(public_id=None).only("pk")[:AT_ONCE]):
        for row in rows:
            row.public_id = uuid.uuid4()
        delivery.objects.bulk_update(rows, ["public_id"], batch_size=200)


class Migration(migrations.Migration):
    atomic = False  # on PostgreSQL a table with pending row changes cannot be altered

    dependencies = [("sync", "0003_tell_absences_apart_and_brake")]

    operations = [
        migrations.AddField("delivery", "faults", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("delivery", "public_id", models.UUIDField(null=True, editable=False)),
        migrations.RunPython(name_them, migrations.RunPython.noop),
        migrations.AlterField(
            "delivery",
            "public_id",
            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
    ]
