"""Who is at work on what: one row per piece of work that must have one worker at a time."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Lease(models.Model):
    """`fence` rises with every claim: a worker that lost its lease can tell before it commits."""

    name = models.CharField(primary_key=True, max_length=80)  # push:<connection>, drain:…, run:…
    owner = models.CharField(max_length=80, blank=True)
    until = models.DateTimeField(default=timezone.now)
    fence = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} held by {self.owner or 'nobody'}"
