"""A long piece of work that people watch: import, reconcile, dry run."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import MappedProject


class RunKind(models.TextChoices):
    IMPORT = "import", _("Import")
    RECONCILE = "reconcile", _("Full comparison")
    DRY_RUN = "dry_run", _("Dry run")


class RunState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    FAILED = "failed", _("Failed")


class Run(models.Model):
    """`cursor` is where to go on after a crash; `findings` what the run has to say; `mapping` of a dry run
    of a draft the columns of MappedProject as the draft would make them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(MappedProject, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=10, choices=RunKind.choices)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.WAITING)
    created = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    cursor: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    findings: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    mapping: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    due = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    message = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["-created"]
        indexes = [
            models.Index(
                fields=["due"],
                condition=models.Q(state__in=("waiting", "running")),
                name="run_under_way",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.project}: {self.state}"

    @property
    def phase(self) -> str:
        """Which part of the work goes on: `listing`, `reading`, `catching_up`, `census`; or empty."""
        return str(self.cursor.get("phase", ""))

    @property
    def rate(self) -> float | None:
        """Issues per second of reading so far, pauses left out; None before anything was done."""
        if not (self.started and self.done):
            return None
        seconds = self.cursor.get("seconds")
        if seconds is None:
            seconds = ((self.finished or timezone.now()) - self.started).total_seconds()
        return round(self.done / seconds, 1) if seconds > 0 else None

    @property
    def eta(self) -> float | None:
        """Seconds left at the rate so far; None when unknown, 0 when finished."""
        if self.finished:
            return 0.0
        if self.total is None or not self.rate:
            return None
        return round(max(0, self.total - self.done) / self.rate, 1)


class RunPart(models.Model):
    """A piece of a run, so that memory stays flat and a killed run goes on where it was.

    Either a list of issue ids (`ids`, packed as 64-bit numbers in ascending order) or, on Data
    Center, the range `low` ≤ id < `high` (null: no bound), whose `ids` are known once it was read.
    """

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="parts")
    phase = models.CharField(max_length=12)
    low = models.BigIntegerField(null=True, blank=True)
    high = models.BigIntegerField(null=True, blank=True)
    is_range = models.BooleanField(default=False)
    ids = models.BinaryField(default=bytes)
    done = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["run", "phase", "done", "id"], name="part_of_run")]

    def __str__(self) -> str:
        return f"{self.phase} part of {self.run_id}"
