"""A Jira site: one installation of Jira, whatever address leads to it."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SiteDoubt(models.TextChoices):
    """Why it is not certain that a connection leads to the Jira whose issues it holds."""

    UNPROVEN = "site_unproven", _("To be proven")
    ANOTHER = "another_jira", _("This is another Jira")
    RESTORED = "jira_restored", _("Jira was put back to an earlier state")


class Right(models.TextChoices):
    """After Jira was put back to an earlier state: whose values stand where the two differ."""

    JIRA = "jira", _("Jira, as it is now")
    BOARD = "board", _("The board")


class Site(models.Model):
    """`identity` is what the instance itself says it is: the cloud id, or the application id of Data
    Center. `base_url` is where it was seen last."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12)  # cloud | datacenter
    identity = models.CharField(max_length=80)
    base_url = models.CharField(max_length=500)
    first_seen = models.DateTimeField(default=timezone.now)
    last_proven = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "identity"], name="one_row_per_jira_site")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.identity}"
