"""A move of a connection to another Jira: the plan as rows, and how far it was carried out."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import Connection, MappedProject
from planning.models import WorkItem
from sync.core.site_match import Verdict


class MoveState(models.TextChoices):
    PLANNING = "planning", _("Being planned")
    PLANNED = "planned", _("Planned")
    CARRYING = "carrying", _("Being carried out")
    COMPARING = "comparing", _("Being compared")
    DONE = "done", _("Moved")
    CANCELLED = "cancelled", _("Given up")
    RETURNED = "returned", _("Put back")  # of a move whose way back was gone
    LET_GO = "let_go", _("Ended: no way back")  # the old ids and credentials are deleted


OPEN = (MoveState.PLANNING, MoveState.PLANNED, MoveState.CARRYING, MoveState.COMPARING)


class SiteMove(models.Model):
    """`destination`: the connection that holds the other Jira's credentials; the new one's before, the
    old one's once the move is carried out. `returns`: the move whose way back this one is.

    `phase` and `place` are where to go on after a crash; `notes`: what is to be said with the plan, and
    what the phases learn for each other. `fingerprint`: what the plan was made of.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="moves")
    destination = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.SET_NULL, related_name="moves_to_it"
    )
    returns = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="ways_back"
    )
    state = models.CharField(max_length=10, choices=MoveState.choices, default=MoveState.PLANNING)
    phase = models.CharField(max_length=20, blank=True)
    place: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    notes: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    was = models.CharField(max_length=500, blank=True)  # the addresses, for people
    goes_to = models.CharField(max_length=500, blank=True)
    created = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=150, blank=True)
    planned = models.DateTimeField(null=True, blank=True)
    confirmed = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=150, blank=True)
    carried = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    keep_until = models.DateTimeField(null=True, blank=True)  # the way back is open until then
    due = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=40, blank=True)
    message = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["-created"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=models.Q(state__in=("planning", "planned", "carrying", "comparing")),
                name="one_open_move_per_connection",
            )
        ]

    def __str__(self) -> str:
        return f"{self.was} → {self.goes_to}: {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_at_work(self) -> bool:
        """A worker goes on with it by itself."""
        return self.state in (MoveState.PLANNING, MoveState.CARRYING, MoveState.COMPARING)

    @property
    def ends(self) -> list[uuid.UUID]:
        """The two connections, as far as they are there."""
        return [key for key in (self.connection_id, self.destination_id) if key is not None]

    @property
    def may_return(self) -> bool:
        return (
            self.state == MoveState.DONE and self.returns_id is None and bool(self.destination_id)
        )


class MoveKind(models.TextChoices):
    PROJECT = "project", _("Project")
    FILTER = "filter", _("Filter")
    TYPE = "type", _("Issue type")
    STATUS = "status", _("Status")
    FIELD = "field", _("Field")
    PRIORITY = "priority", _("Priority")
    LINK_TYPE = "link_type", _("Link type")
    TEAM = "team", _("Team")
    DEFAULT = "default", _("Given value")
    BOARD = "board", _("Board")
    SPRINT = "sprint", _("Sprint")
    PERSON = "person", _("Person")
    ISSUE = "issue", _("Issue")


_VERDICTS = [
    (Verdict.SAME.value, _("Same")),
    (Verdict.CHANGED.value, _("Changed")),
    (Verdict.MISSING.value, _("Missing there")),
    (Verdict.UNCERTAIN.value, _("Not certain")),
    (Verdict.FOREIGN.value, _("Not ours there")),
]


class MoveRow(models.Model):
    """One line of the plan. `old_id` is the id before the move, `new_id` after it; empty where there is
    none. `pair`: of an issue, the Shadow's id. `data`: what carrying it out writes; `before`: what the way
    back puts in its place again, kept when it is carried out.
    """

    id = models.BigAutoField(primary_key=True)
    move = models.ForeignKey(SiteMove, on_delete=models.CASCADE, related_name="rows")
    kind = models.CharField(max_length=10, choices=MoveKind.choices)
    verdict = models.CharField(max_length=10, choices=_VERDICTS)
    project = models.ForeignKey(
        MappedProject, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    pair = models.UUIDField(null=True, blank=True)
    item = models.ForeignKey(
        WorkItem, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    old_id = models.CharField(max_length=255, blank=True)
    old_name = models.CharField(max_length=300, blank=True)
    new_id = models.CharField(max_length=255, blank=True)
    new_name = models.CharField(max_length=300, blank=True)
    why = models.CharField(max_length=300, blank=True)
    data: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    before: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["move", "kind", "verdict", "id"], name="row_of_move"),
            models.Index(fields=["move", "pair"], name="row_of_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.old_name}: {self.verdict}"

    @property
    def is_certain(self) -> bool:
        return self.verdict in (Verdict.SAME, Verdict.CHANGED)
