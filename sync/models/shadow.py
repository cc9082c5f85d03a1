"""Shadows, the last agreed values of a pair, and conflicts, where both sides changed."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import Connection, MappedProject
from planning.models import WorkItem

COMMENTS_UNREAD: Final = "?"  # in Shadow.comments: nobody has read them yet


class ShadowState(models.TextChoices):
    LIVE = "live", _("Live")
    UNLINKED = "unlinked", _("Unlinked")  # deleted on the board, kept in Jira by policy
    GONE = "gone", _("Gone")
    UNMAPPED = "unmapped", _("Its project is not mapped now")  # found again when it is mapped again


class Absence(models.TextChoices):
    """Why an issue is not there when it is asked for. Its label is what people read on the item."""

    UNOBSERVED = "unobserved", _("Jira does not show the issue now. It is looked for again.")
    ARCHIVED = "archived", _("The issue is archived in Jira, so it can only be read there.")
    MOVED = "moved", _("The issue was moved in Jira to a project that is not mapped.")
    FILTERED = (
        "filtered",
        _(
            "The issue is in Jira, but the mapping's filter leaves it out now, so nothing is written "
            "to it. Let the filter in what belongs here, or “Delete” the item, which takes it off the "
            "board alone."
        ),
    )
    ACCESS_LOST = (
        "access_lost",
        _(
            "The account no longer sees the project in Jira. Ask a Jira admin for “Browse Projects”; "
            "nothing is deleted here meanwhile."
        ),
    )
    HELD = "held", _("Gone from Jira with many others at once. A person has to confirm it.")
    CONFIRMED = "confirmed", _("A person confirmed that it is gone; Jira is asked once more.")
    DELETED = "deleted", _("Deleted in Jira, by Jira's own word.")
    UNSEEN = (
        "unseen",
        _(
            "Gone from Jira: deleted there, or hidden from the account. Jira is asked for it again, and "
            "it comes back with all that it had."
        ),
    )
    KEPT = "kept", _("Gone from Jira; a person decided to keep it on the board.")


class ShadowQuerySet(models.QuerySet["Shadow"]):
    def locked(self) -> ShadowQuerySet:
        """Held until the transaction ends, after the items: see docs/decisions/0061."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class Shadow(models.Model):
    """One work item and one issue that are the same thing.

    `agreed` holds the last agreed value of every mapped field, in the board's words; `refs` what the
    issue points at that the board may not know yet (parent, sprint). `read_at` is when the read that
    was last applied began: an older read that arrives late is not applied.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(
        Connection,
        on_delete=models.CASCADE,
        related_name="shadows",
        db_index=False,  # the constraint begins with it; alone it finds every pair there is
    )
    project = models.ForeignKey(
        MappedProject, null=True, blank=True, on_delete=models.SET_NULL, related_name="shadows"
    )
    item = models.OneToOneField(WorkItem, on_delete=models.CASCADE, related_name="shadow")
    remote_id = models.CharField(max_length=40)
    remote_key = models.CharField(max_length=60)
    agreed: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    refs: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    parent_ref = models.CharField(max_length=60, blank=True)
    sprint_ref = models.IntegerField(null=True, blank=True, db_index=True)
    parked: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        default=dict, blank=True
    )  # board field → Jira's reason for refusing it
    # The mapped board fields, by comma, of which Jira's last answer said nothing
    untold = models.TextField(blank=True, default="", db_default="")
    # What the comments of the issue were at its last read, digested; and how many stay out of the board
    comments = models.CharField(max_length=40, default=COMMENTS_UNREAD, db_default=COMMENTS_UNREAD)
    withheld = models.PositiveIntegerField(default=0, db_default=0)
    attachments = models.CharField(max_length=40, default="", db_default="")  # the same of files
    # When Jira says that the issue was made: never changes, so another moment is another issue
    remote_created = models.DateTimeField(null=True, blank=True)
    remote_updated = models.DateTimeField(null=True, blank=True)
    # Since when reads show an older `updated` than is known: a clock that was put back, or a restore
    older_since = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=ShadowState.choices, default=ShadowState.LIVE)
    absent_since = models.DateTimeField(null=True, blank=True)
    absences = models.PositiveSmallIntegerField(default=0)
    absence = models.CharField(max_length=12, blank=True, choices=Absence.choices)
    # Deleted in Jira by our own hand, and by whose wish; the outward brake counts these
    deleted_there = models.DateTimeField(null=True, blank=True)
    deleted_by = models.CharField(max_length=150, blank=True)
    # Gone from Jira: when it is asked for again, how often it was, and what the item left behind here
    look_due = models.DateTimeField(null=True, blank=True)
    looks = models.PositiveSmallIntegerField(default=0)
    left_behind: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )  # {"children": [item ids]}
    gone_at = models.DateTimeField(
        null=True, blank=True
    )  # buried by itself; the brake counts these

    objects = ShadowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "remote_id"], name="one_item_per_issue_and_connection"
            )
        ]
        indexes = [
            models.Index(fields=["project", "state"], name="shadow_of_project"),
            models.Index(fields=["connection", "remote_key"], name="shadow_by_key"),
            models.Index(
                fields=["project", "untold"],
                condition=~models.Q(untold=""),
                name="shadow_told_in_part",
            ),
            models.Index(
                fields=["connection", "parent_ref"],
                condition=~models.Q(parent_ref=""),
                name="shadow_by_parent",
            ),
            models.Index(
                fields=["project", "absence"],
                condition=models.Q(state="live") & ~models.Q(absence=""),
                name="shadow_absent",
            ),
            models.Index(
                fields=["connection", "gone_at"],
                condition=models.Q(gone_at__isnull=False),
                name="shadow_gone_lately",
            ),
            models.Index(
                fields=["project", "look_due"],
                condition=models.Q(look_due__isnull=False),
                name="shadow_to_look_for",
            ),
            models.Index(
                fields=["connection", "deleted_there"],
                condition=models.Q(deleted_there__isnull=False),
                name="shadow_deleted_lately",
            ),
            models.Index(
                fields=["project"],
                condition=models.Q(remote_updated__isnull=True),
                name="shadow_never_read",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remote_key} = {self.item_id}"

    @property
    def is_kept(self) -> bool:
        """Gone from Jira once, and kept on the board by a person."""
        return self.state == ShadowState.GONE and self.absence == Absence.KEPT

    @property
    def is_gone(self) -> bool:
        """Gone from Jira, and from the board's cells with it: kept whole until Jira shows it again."""
        return self.state == ShadowState.GONE and self.absence in (Absence.DELETED, Absence.UNSEEN)

    @property
    def may_return(self) -> bool:
        """Not live, but the same pair as soon as Jira shows the issue again."""
        return self.state == ShadowState.UNMAPPED or self.is_kept or self.is_gone


def lock_items_of(shadows: models.QuerySet[Shadow]) -> None:
    """Before these pairs are written: whoever writes a pair and its item locks the item first."""
    items = list(shadows.order_by().values_list("item_id", flat=True))
    list(WorkItem.objects.filter(pk__in=items).locked().values_list("pk"))


class Conflict(models.Model):
    """A field that both sides changed. Kept whatever the policy did; one click takes the other value."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shadow = models.ForeignKey(Shadow, on_delete=models.CASCADE, related_name="conflicts")
    field = models.CharField(max_length=60)
    base: models.JSONField[Any, Any] = models.JSONField(null=True)
    board: models.JSONField[Any, Any] = models.JSONField(null=True)
    jira: models.JSONField[Any, Any] = models.JSONField(null=True)
    board_author = models.CharField(max_length=150, blank=True)
    board_at = models.DateTimeField(null=True, blank=True)
    jira_author = models.CharField(max_length=150, blank=True)
    jira_at = models.DateTimeField(null=True, blank=True)
    found = models.DateTimeField(default=timezone.now)
    taken = models.CharField(
        max_length=5, blank=True, choices=[("board", _("Board")), ("jira", "Jira")]
    )
    taken_by = models.CharField(max_length=150, blank=True)
    resolved = models.DateTimeField(null=True, blank=True)  # null: waits for a person

    class Meta:
        ordering = ["-found"]
        indexes = [
            models.Index(
                fields=["shadow", "field"],
                condition=models.Q(resolved=None),
                name="conflict_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.shadow_id}"
