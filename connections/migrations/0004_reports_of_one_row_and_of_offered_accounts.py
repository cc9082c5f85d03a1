"""Reports that look at one row again, and reports of an account that waits for confirmation."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("connections", "0003_remember_token_renewal")]

    operations = [
        migrations.AddField(
            model_name="permissionreport",
            name="base",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="connections.permissionreport",
            ),
        ),
        migrations.AddField(
            model_name="permissionreport",
            name="offered",
            field=models.BooleanField(default=False),
        ),
    ]
