"""Comments on work items, of people here and in Jira."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from planning.models.item import WorkItem


class CommentQuerySet(models.QuerySet["Comment"]):
    def live(self) -> CommentQuerySet:
        return self.filter(deleted=None)

    def oldest_first(self) -> CommentQuerySet:
        return self.order_by("created", "remote_id", "pk")


class Comment(models.Model):
    """One comment. Deleted ones stay as tombstones, until Jira has agreed and after.

    `author` is who wrote it here; one of Jira has `author_remote_id` instead. `body` is what people read
    on the board, wiki text, without the line that names the author in Jira; empty where Jira keeps it in
    a form that is not understood.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(
        WorkItem,
        on_delete=models.CASCADE,
        related_name="comments",
        db_index=False,  # comment_of_item begins with it
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    author_name = models.CharField(max_length=255, blank=True)
    author_remote_id = models.CharField(max_length=255, blank=True)
    from_jira = models.BooleanField(default=False)
    body = models.TextField(blank=True)
    created = models.DateTimeField(default=timezone.now)
    edited = models.DateTimeField(null=True, blank=True)
    deleted = models.DateTimeField(null=True, blank=True)

    # Written by planning.inbound_comments for sync
    remote_id = models.CharField(max_length=40, blank=True)
    remote_body = models.TextField(blank=True)  # whole, as Jira last showed it
    confirmed = models.DateTimeField(null=True, blank=True)  # when Jira last took a write of ours
    # Somebody has changed a comment of ours in Jira: it may hold what the board cannot say again
    edited_in_jira = models.BooleanField(default=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "remote_id"],
                condition=~models.Q(remote_id=""),
                name="one_comment_of_an_id",
            )
        ]
        indexes = [models.Index(fields=["item", "created"], name="comment_of_item")]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.body[:60]}"
