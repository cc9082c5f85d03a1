"""How many calls a Jira still lets a connection make, shared by all workers."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils import timezone

from connections.models.connection import Connection


class RateBudget(models.Model):
    """Only connections whose Jira limits calls have a row. Written a few times a second at most.

    `tokens` are calls that nobody has taken yet, as of `filled`; `per_second` come back. `remaining`
    is what Jira said last. Where a Jira refuses and names no limit, `limit` is None and `per_second` a
    guess, until nothing was refused for long. `holds`: what must not be called until when (ISO 8601):
    an endpoint's method and path template, or "" for all of it.
    """

    connection = models.OneToOneField(
        Connection, primary_key=True, on_delete=models.CASCADE, related_name="rate_budget"
    )
    limit = models.PositiveIntegerField(null=True, blank=True)
    remaining = models.PositiveIntegerField(null=True, blank=True)
    per_second = models.FloatField(null=True, blank=True)
    told = models.BooleanField(default=False)  # Jira tells the rate itself; otherwise it is learned
    resets = models.DateTimeField(null=True, blank=True)
    tokens = models.FloatField(default=0.0)
    filled = models.DateTimeField(default=timezone.now)
    holds: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        default=dict, blank=True
    )
    refused = models.DateTimeField(null=True, blank=True)  # when Jira last said 429
    seen = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.remaining} of {self.limit}"

    @property
    def burst(self) -> float | None:
        """How many calls may be saved up; None where nothing is limited."""
        if self.limit is not None:
            return float(self.limit)
        return None if self.per_second is None else max(1.0, self.per_second)

    def held_until(self, key: str = "") -> datetime | None:
        """Until when this endpoint, or all of the connection, must not be called."""
        now = timezone.now()
        ends = [datetime.fromisoformat(self.holds[one]) for one in {"", key} if one in self.holds]
        return max((end for end in ends if end > now), default=None)
