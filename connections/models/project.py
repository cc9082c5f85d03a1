"""A Jira project that is mapped: what of it goes where, and by which rules.

What it belongs to (team, ART, solution train) points here from `planning`, so that imports run one way.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models.connection import Connection


class Direction(models.TextChoices):
    BOTH = "both", _("Both ways")
    FROM_JIRA = "from_jira", _("From Jira only")
    TO_JIRA = "to_jira", _("To Jira only")
    PAUSED = "paused", _("Paused")


class ConflictPolicy(models.TextChoices):
    JIRA_WINS = "jira_wins", _("Jira wins")
    BOARD_WINS = "board_wins", _("Board wins")
    ASK = "ask", _("Ask")


class DeletionPolicy(models.TextChoices):
    DELETE = "delete", _("Delete in Jira too")
    UNLINK = "unlink", _("Keep it in Jira, unlink")


class CommentDirection(models.TextChoices):
    OFF = "off", _("Not synced")
    FROM_JIRA = "from_jira", _("From Jira only")
    BOTH = "both", _("Both ways")


class MappedProject(models.Model):
    """`type_map`: board type → issue type id; `field_map`: board field → Jira field id;
    `status_map`: board status → Jira status id; `link_map`: board link type → Jira link type name;
    `link_rules`: what goes before `link_map` between items of certain types, a list of
    {from, word, to, link_type}: board type, board link word, board type, Jira link type name;
    `transition_defaults`: board status → {Jira field id: value} for what a step there demands;
    `create_defaults`: board type → {Jira field id: value} for what a new issue must give;
    `team_source`: where issues say their team: {kind, field, shape, values: team id → Jira's value},
    empty where the project is one team's;
    `comments`: which way comments go, off for mappings that are older than comments are;
    `field_directions`: board field → the one way it goes, where it does not go both ways;
    `facts`: what the metadata said when it was mapped (names, categories, sub-task types), and the ids
    of the link types that are named here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="projects")
    remote_id = models.CharField(max_length=40)
    # Which of the mappings of its Jira project it is; two at once cannot both take the same place
    slot = models.PositiveSmallIntegerField(default=0, db_default=0)
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=255)
    direction = models.CharField(max_length=10, choices=Direction.choices, default=Direction.BOTH)
    conflict_policy = models.CharField(
        max_length=10, choices=ConflictPolicy.choices, default=ConflictPolicy.JIRA_WINS
    )
    deletion_policy = models.CharField(
        max_length=10, choices=DeletionPolicy.choices, default=DeletionPolicy.UNLINK
    )
    comments = models.CharField(
        max_length=10, choices=CommentDirection.choices, default=CommentDirection.OFF
    )
    jql = models.TextField(blank=True)
    type_map: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    field_map: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    field_directions: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        default=dict, blank=True
    )
    status_map: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    link_map: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    link_rules: models.JSONField[list[dict[str, str]], list[dict[str, str]]] = models.JSONField(
        default=list, blank=True
    )
    transition_defaults: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    create_defaults: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    team_source: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    facts: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    board_id = models.IntegerField(null=True, blank=True)
    created = models.DateTimeField(default=timezone.now)
    updated = models.DateTimeField(auto_now=True)

    # The poll's place and the schedule; written by sync alone
    watermark = models.DateTimeField(null=True, blank=True)  # newest `updated` seen, Jira's clock
    poll_place: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )  # where a poll that was cut off goes on; empty between whole polls
    poll_due = models.DateTimeField(null=True, blank=True, db_index=True)
    reconcile_due = models.DateTimeField(null=True, blank=True, db_index=True)
    report_due = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "remote_id", "slot"],
                name="one_mapping_per_place_in_a_jira_project",
            )
        ]

    def __str__(self) -> str:
        if self.slot and self.jql:  # beside others of the same name
            return f"{self.key} · {self.name} ({self.jql[:60]})"
        return f"{self.key} · {self.name}"

    @property
    def reads_jira(self) -> bool:
        return self.direction in {Direction.BOTH, Direction.FROM_JIRA}

    @property
    def writes_jira(self) -> bool:
        return self.direction in {Direction.BOTH, Direction.TO_JIRA}

    @property
    def reads_comments(self) -> bool:
        return self.reads_jira and self.comments != CommentDirection.OFF

    @property
    def sends_comments(self) -> bool:
        """Also while the mapping is paused: then they wait."""
        return self.direction != Direction.FROM_JIRA and self.comments == CommentDirection.BOTH
