"""The inbox: every webhook delivery, stored before it is looked at."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import Connection


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    IGNORED = "ignored", _("Ignored")
    UNSUPPORTED = "unsupported", _("Unsupported")
    FAILED = "failed", _("Failed")


class Delivery(models.Model):
    """A hint that an issue changed. Its body is never applied: the issue is read again from Jira."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # for callers
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="deliveries")
    identity = models.CharField(max_length=80)  # Jira's delivery id, else the body's SHA-256
    received = models.DateTimeField(default=timezone.now)
    event = models.CharField(max_length=80)
    issue_id = models.CharField(max_length=40, blank=True)
    issue_key = models.CharField(max_length=60, blank=True)
    other_issue_id = models.CharField(max_length=40, blank=True)  # the far end of a link
    project_id = models.CharField(max_length=40, blank=True)
    body = models.BinaryField()
    state = models.CharField(
        max_length=12, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    due = models.DateTimeField(default=timezone.now)
    faults = models.PositiveSmallIntegerField(default=0)  # times that we ourselves failed on it
    attempts = models.PositiveSmallIntegerField(default=0)
    detail = models.CharField(max_length=500, blank=True)
    settled = models.DateTimeField(null=True, blank=True)
    times = models.PositiveIntegerField(default=1)  # of events that are only counted

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "identity"], name="delivery_stored_once")
        ]
        indexes = [
            models.Index(
                fields=["connection", "id"],
                condition=models.Q(state="waiting"),
                name="delivery_waiting",
            ),
            models.Index(
                fields=["connection", "due"],
                condition=models.Q(state="waiting"),
                name="delivery_due",
            ),
            models.Index(fields=["issue_id", "-id"], name="delivery_of_issue"),
            # What was set aside at the door: the quota counts it.
            models.Index(
                fields=["connection", "received"],
                condition=models.Q(state__in=["ignored", "unsupported"], settled=None),
                name="delivery_set_aside",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.issue_key}: {self.state}"
