from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0012_move_to_another_jira")]

    operations = [
        migrations.AddIndex(
            model_name="shadow",
            index=models.Index(
                condition=models.Q(("remote_updated__isnull", True)),
                fields=["project"],
                name="shadow_never_read",
            ),
        ),
    ]
