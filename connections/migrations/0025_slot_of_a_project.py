from django.db import migrations, models


class Migration(migrations.Migration):
    """A Jira project may be mapped more than once; each mapping of before keeps the first place."""

    dependencies = [("connections", "0024_oauth2_of_a_person")]

    operations = [
        migrations.AddField(
            model_name="mappedproject",
            name="slot",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.RemoveConstraint(
            model_name="mappedproject", name="one_mapping_per_jira_project"
        ),
        migrations.AddConstraint(
            model_name="mappedproject",
            constraint=models.UniqueConstraint(
                fields=("connection", "remote_id", "slot"),
                name="one_mapping_per_place_in_a_jira_project",
            ),
        ),
    ]
