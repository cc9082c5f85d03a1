"""The outbox and the change feed.

A Change belongs to the writer: the board's own verbs (planning.item_editing) write row and Change in one
transaction, and whoever sends it on (sync) settles or parks it. What arrives from Jira is written by
planning.inbound_writes, with no Change.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import MappedProject
from planning.models.comment import Comment
from planning.models.item import Link, WorkItem


class ChangeKind(models.TextChoices):
    CREATE = "create", _("Create")
    EDIT = "edit", _("Edit")
    DELETE = "delete", _("Delete")
    LINK = "link", _("Draw a link")
    UNLINK = "unlink", _("Remove a link")
    COMMENT = "comment", _("Comment")


class ChangeState(models.TextChoices):
    """*Sending* with an old lease means a crash: outcome unknown, look before sending again."""

    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    LOOKING = "looking", _("Outcome unknown")
    SETTLED = "settled", _("Settled")
    PARKED = "parked", _("Parked")
    CONFLICT = "conflict", _("In conflict")
    DROPPED = "dropped", _("Not needed any more")


class Change(models.Model):
    """One edit by a person or the API, on its way to Jira. Ids rise in the order of writing.

    `fields` holds board field → new value for the record; what is sent is the item's value at the
    time of sending, so that ten edits of one field are one write.
    """

    id = models.BigAutoField(primary_key=True)
    operation = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(MappedProject, on_delete=models.CASCADE, related_name="changes")
    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="changes")
    link = models.ForeignKey(
        Link, null=True, blank=True, on_delete=models.CASCADE, related_name="changes"
    )
    comment = models.ForeignKey(
        Comment, null=True, blank=True, on_delete=models.CASCADE, related_name="changes"
    )
    kind = models.CharField(max_length=8, choices=ChangeKind.choices)
    fields: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    before: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor_name = models.CharField(max_length=150, blank=True)
    created = models.DateTimeField(default=timezone.now)
    state = models.CharField(
        max_length=10, choices=ChangeState.choices, default=ChangeState.WAITING
    )
    due = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Times in a row that it could not even be tried, for want of something else, and since when.
    put_off = models.PositiveSmallIntegerField(default=0)
    put_off_since = models.DateTimeField(null=True, blank=True)
    # What went out with a create: if its answer is lost, this is what was agreed with the issue.
    sent: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    code = models.CharField(max_length=60, blank=True)
    message = models.CharField(max_length=1000, blank=True)
    settled = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["project", "id"],
                condition=models.Q(state__in=("waiting", "sending", "looking")),
                name="change_under_way",
            ),
            models.Index(  # by which the tick finds a connection's due change at one look
                fields=["project", "due"],
                condition=models.Q(state__in=("waiting", "sending", "looking")),
                name="change_due",
            ),
            models.Index(fields=["state", "-id"], name="change_by_state"),
            models.Index(fields=["item", "-id"], name="change_of_item"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.item_id}: {self.state}"

    @property
    def takes_comment_away(self) -> bool:
        """Of a comment: written and changed ones name their text, a deleted one none."""
        return self.kind == ChangeKind.COMMENT and not self.fields


class BoardEvent(models.Model):
    """The change feed: what changed on the board, from either side, in order (GET /changes)."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(
        max_length=20
    )  # item.created | item.updated | item.deleted | link.… | …
    object_id = models.UUIDField()
    version = models.PositiveIntegerField(default=1)
    fields: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    origin = models.CharField(max_length=5)  # board | jira
    actor_name = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["object_id", "-id"], name="event_of_object")]

    def __str__(self) -> str:
        return f"{self.id} {self.kind} {self.object_id}"
