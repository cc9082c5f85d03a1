"""What was equal on both sides, and what was not, as it stood at one time: kept and signed."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils import timezone

from connections.models import MappedProject


class EqualityStatement(models.Model):
    """Of `items` work items of the project `equal` held in every mapped field what Jira was last read to
    hold.

    `unequal`: the others, a list of {item, key, summary, why, fields}, at most 500; `compared`: when the
    full comparison before it ended, None where there was none. `signature`: over all of it, by the
    console's key.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(
        MappedProject, on_delete=models.CASCADE, related_name="equality_statements"
    )
    key = models.CharField(max_length=40)
    taken = models.DateTimeField(default=timezone.now)
    compared = models.DateTimeField(null=True, blank=True)
    items = models.PositiveIntegerField()
    equal = models.PositiveIntegerField()
    unequal: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        default=list
    )
    signature = models.CharField(max_length=200)

    class Meta:
        ordering = ["-taken"]
        indexes = [models.Index(fields=["project", "-taken"], name="statement_of_project")]

    def __str__(self) -> str:
        return f"{self.key}: {self.equal} of {self.items}"
