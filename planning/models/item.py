"""Work items and the links between them. What sync observed is written here, downwards."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import MappedProject
from planning.models.train import Iteration, Team


class SyncState(models.TextChoices):
    SYNCED = "synced", _("Synced")
    WAITING = "waiting", _("Waiting")
    PARKED = "parked", _("Parked")
    CONFLICT = "conflict", _("Conflict")
    LOCAL_ONLY = "local_only", _("On the board only")
    GONE = "gone", _("Gone from Jira")


class WorkItemQuerySet(models.QuerySet["WorkItem"]):
    def live(self) -> WorkItemQuerySet:
        return self.filter(deleted=None)

    def locked(self) -> WorkItemQuerySet:
        """Held until the transaction ends, in the one order in which all lock (docs/decisions/0061).

        Rows that point at an item can still be written meanwhile: nobody changes its id.
        """
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class WorkItem(models.Model):
    """A card. Deleted ones stay as tombstones, so that a late answer of Jira revives nothing.

    `version` counts every change from either side; the API's ETag. `type` and `status` are the
    board's words, mapped per project (connections.MappedProject.type_map, status_map).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(
        MappedProject,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="items",
        db_index=False,  # item_of_project begins with it
    )
    type = models.CharField(max_length=60)
    summary = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    status = models.CharField(max_length=100, blank=True)
    status_category = models.CharField(max_length=15, default="new")  # new | indeterminate | done
    story_points = models.FloatField(null=True, blank=True)
    wsjf = models.FloatField(null=True, blank=True)
    assignee_id = models.CharField(max_length=255, blank=True)
    assignee_name = models.CharField(max_length=255, blank=True)
    reporter_id = models.CharField(max_length=255, blank=True)
    reporter_name = models.CharField(max_length=255, blank=True)
    labels: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    priority = models.CharField(max_length=60, blank=True)
    fix_versions: models.JSONField[list[str], list[str]] = models.JSONField(
        default=list, blank=True
    )
    components: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    start_date = models.DateField(null=True, blank=True)
    due_date = models.DateField(null=True, blank=True)
    original_estimate = models.PositiveIntegerField(null=True, blank=True)  # seconds
    remaining_estimate = models.PositiveIntegerField(null=True, blank=True)  # seconds
    flagged = models.BooleanField(default=False)
    custom: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )  # id of a CustomField → its value as JSON, None where it was taken out
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children"
    )
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="items",
        db_index=False,  # item_of_team_iteration begins with it
    )
    iteration = models.ForeignKey(
        Iteration, null=True, blank=True, on_delete=models.SET_NULL, related_name="items"
    )
    rank = models.CharField(max_length=255, blank=True)
    version = models.PositiveIntegerField(default=1)
    created = models.DateTimeField(default=timezone.now)
    updated = models.DateTimeField(default=timezone.now)
    deleted = models.DateTimeField(null=True, blank=True)

    # Written by planning.inbound_writes for sync; shown everywhere
    remote_id = models.CharField(max_length=40, blank=True)
    remote_key = models.CharField(max_length=60, blank=True)
    sync_state = models.CharField(
        max_length=12, choices=SyncState.choices, default=SyncState.LOCAL_ONLY
    )
    sync_detail = models.CharField(max_length=1000, blank=True)
    sync_at = models.DateTimeField(null=True, blank=True)

    objects = WorkItemQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["project", "deleted", "rank"], name="item_of_project"),
            models.Index(fields=["team", "iteration", "deleted"], name="item_of_team_iteration"),
            models.Index(fields=["remote_key"], name="item_by_remote_key"),
            models.Index(fields=["updated", "id"], name="item_by_update"),
            # Those that are not in step, few among many; and planning migration 0004 adds one by type.
            models.Index(
                fields=["sync_state", "updated", "id"],
                name="item_by_trouble",
                condition=~models.Q(sync_state=SyncState.SYNCED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remote_key} {self.summary}".strip()

    @property
    def remote_url(self) -> str:
        if not (self.remote_key and self.project):
            return ""
        return f"{self.project.connection.site_url}/browse/{self.remote_key}"


class Link(models.Model):
    """`source <type> target`: “A blocks B”. Tombstoned like items, until Jira has agreed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="links_out")
    target = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="links_in")
    type = models.CharField(max_length=60)
    created = models.DateTimeField(default=timezone.now)
    deleted = models.DateTimeField(null=True, blank=True)
    remote_id = models.CharField(max_length=40, blank=True, db_index=True)
    confirmed = models.DateTimeField(null=True, blank=True)  # when Jira was last read to hold it
    sync_state = models.CharField(
        max_length=12, choices=SyncState.choices, default=SyncState.LOCAL_ONLY
    )
    sync_detail = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "target", "type"],
                condition=models.Q(deleted=None),
                name="one_live_link_of_a_type",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.type} {self.target_id}"
