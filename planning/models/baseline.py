"""What a PI looked like when it was committed to: kept as it was, whatever becomes of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils import timezone

from planning.models.train import Pi


class PiBaseline(models.Model):
    """`items`: item id → {key, summary, type, team, team_name, iteration, iteration_name, story_points} of
    each item that was planned in the PI; `links`: [source, target, type] of those between them; `at_event`:
    the last event of the change feed before it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pi = models.ForeignKey(Pi, on_delete=models.CASCADE, related_name="baselines")
    name = models.CharField(max_length=100)
    taken = models.DateTimeField(default=timezone.now)
    author_name = models.CharField(max_length=255, blank=True)
    items: models.JSONField[dict[str, dict[str, Any]], dict[str, dict[str, Any]]] = (
        models.JSONField(default=dict)
    )
    links: models.JSONField[list[list[str]], list[list[str]]] = models.JSONField(default=list)
    at_event = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-taken"]

    def __str__(self) -> str:
        return f"{self.pi.name} · {self.name}"
