"""Every attempt to send or read something, with its answer, redacted: “why didn't this sync?”"""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from connections.models import Connection
from planning.models import Change, WorkItem
from sync.models.inbox import Delivery


class Attempt(models.Model):
    id = models.BigAutoField(primary_key=True)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    step = models.CharField(max_length=20)  # filter | read | merge | send | settle | …
    outcome = models.CharField(max_length=20)  # done | skipped | refused | later | unknown
    message = models.CharField(max_length=1000, blank=True)
    code = models.CharField(max_length=60, blank=True)
    item = models.ForeignKey(
        WorkItem, null=True, blank=True, on_delete=models.CASCADE, related_name="attempts"
    )
    change = models.ForeignKey(
        Change, null=True, blank=True, on_delete=models.CASCADE, related_name="trace"
    )
    delivery = models.ForeignKey(
        Delivery, null=True, blank=True, on_delete=models.CASCADE, related_name="trace"
    )
    remote_id = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["item", "-id"], name="attempt_of_item"),
            models.Index(
                fields=["connection", "at"],
                condition=models.Q(step="send", outcome="done"),
                name="attempt_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.outcome}"
