"""Templates of mappings, and the plan of mapping many projects by one of them."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import Connection, MappedProject
from planning.models import Art, Pi, Team


class MappingTemplate(models.Model):
    """A mapping by names, to be applied to any project of any Jira. `content`: as `sync.core.template`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    author_name = models.CharField(max_length=255, blank=True)
    created = models.DateTimeField(default=timezone.now)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class MappingPlan(models.Model):
    """Many projects of one Jira to be mapped together, into one ART or none.

    `content`: the template as it was when the plan was made, empty where each project's own proposal is
    taken. `confirmed`: when a person had it carried out; until then rows are only proposed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="mapping_plans"
    )
    template_name = models.CharField(max_length=100, blank=True)
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    art = models.ForeignKey(
        Art, null=True, blank=True, on_delete=models.SET_NULL, related_name="mapping_plans"
    )
    pi = models.ForeignKey(
        Pi, null=True, blank=True, on_delete=models.SET_NULL, related_name="mapping_plans"
    )  # whose iterations the boards' open sprints become; null: they are left alone
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    author_name = models.CharField(max_length=255, blank=True)
    created = models.DateTimeField(default=timezone.now)
    confirmed = models.DateTimeField(null=True, blank=True)
    due = models.DateTimeField(
        default=timezone.now
    )  # not before, after a failure of the connection

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.template_name or 'mapping'} on {self.connection}"


class PlannedState(models.TextChoices):
    READING = "reading", _("Being looked at")
    PROPOSED = "proposed", _("Proposed")
    LEFT_OUT = "left_out", _("Left out")
    WAITING = "waiting", _("Waiting")
    MAPPED = "mapped", _("Mapped")
    FAILED = "failed", _("Failed")


class PlannedProject(models.Model):
    """One project of a plan: whose it becomes, on which board, and what of the template does not fit.

    `belongs`: team, art or none; `team` an existing one, else `team_name` is a new one's. `misfits`: a list
    of {part, word, name, kind, choices}; `chosen`: part → board word → id, what a person decided of them.
    `message`: why it failed, or what is to be decided.
    """

    id = models.BigAutoField(primary_key=True)
    plan = models.ForeignKey(MappingPlan, on_delete=models.CASCADE, related_name="rows")
    remote_id = models.CharField(max_length=40)
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=255)
    style = models.CharField(max_length=20, blank=True)
    belongs = models.CharField(max_length=4, default="team")
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    team_name = models.CharField(max_length=100, blank=True)
    board_id = models.IntegerField(null=True, blank=True)
    boards: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        default=list, blank=True
    )  # {id, name, type, own}: those of the project, its own first
    misfits: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        default=list, blank=True
    )
    chosen: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    state = models.CharField(
        max_length=10, choices=PlannedState.choices, default=PlannedState.READING
    )
    message = models.CharField(max_length=1000, blank=True)
    project = models.ForeignKey(
        MappedProject, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "remote_id"], name="one_row_per_planned_project"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.state}"
