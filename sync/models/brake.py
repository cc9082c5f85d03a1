"""The delete brake: many issues gone at once are held until a person has looked."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import Connection


class Decision(models.TextChoices):
    DELETE = "delete", _("Delete them here too")
    KEEP = "keep", _("Keep them on the board only")
    RESTORE = "restore", _("Create them in Jira again")


class Brake(models.Model):
    """One stop of a connection's deletions. What it holds: its live shadows whose absence is `held`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="brakes")
    tripped = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=500)
    decision = models.CharField(max_length=8, blank=True, choices=Decision.choices)
    decided = models.DateTimeField(null=True, blank=True)  # null: waits for a person
    decided_by = models.CharField(max_length=150, blank=True)
    count = models.PositiveIntegerField(default=0)  # how many items the decision was about

    class Meta:
        ordering = ["-tripped"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=models.Q(decided=None),
                name="one_open_brake_per_connection",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} ({self.decision or 'open'})"
