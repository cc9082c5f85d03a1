"""A permission report: what the account may do, project by project, as it was at one time."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models.connection import Connection


class ReportState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    FAILED = "failed", _("Failed")


class PermissionReport(models.Model):
    """`rows`: `[{"key", "name", "id", "states": {permission key: state}, "setup": {…} or None}]`, told
    with words by `connections.report.report_rows`. Kept; a new one is compared with the last.

    `base`: the report whose other rows this one took over. `offered`: taken with the credential of
    another account that waits for confirmation.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="reports")
    state = models.CharField(
        max_length=10, choices=ReportState.choices, default=ReportState.WAITING
    )
    wanted: models.JSONField[list[str], list[str]] = models.JSONField(default=list)  # project keys
    base: models.ForeignKey[PermissionReport | None, PermissionReport | None] = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    offered = models.BooleanField(default=False)
    account_id = models.CharField(max_length=255, blank=True)
    account_name = models.CharField(max_length=255, blank=True)
    created = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    rows: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        default=list
    )
    global_states: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        default=dict
    )  # permissions of the whole instance, such as ADMINISTER
    diagnosis: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(
        null=True, blank=True
    )

    class Meta:
        ordering = ["-created"]
        indexes = [models.Index(fields=["connection", "-created"], name="report_newest_first")]

    def __str__(self) -> str:
        return f"Permissions of {self.connection}, {self.created:%Y-%m-%d %H:%M}"
