"""Files of work items that are in Jira: what they are, never what is in them."""

from __future__ import annotations

import uuid

from django.db import models

from planning.models.item import WorkItem


class Attachment(models.Model):
    """A file of an item's issue, by its id in Jira; gone with it there. `size` in bytes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(
        WorkItem,
        on_delete=models.CASCADE,
        related_name="attachments",
        db_index=False,  # the constraint begins with it
    )
    remote_id = models.CharField(max_length=40)
    filename = models.CharField(max_length=255)
    size = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=255, blank=True)
    author_name = models.CharField(max_length=255, blank=True)
    created = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created", "remote_id"]
        constraints = [
            models.UniqueConstraint(fields=["item", "remote_id"], name="one_attachment_of_an_id")
        ]

    def __str__(self) -> str:
        return self.filename
