"""What fields of work items may hold: the releases of a project, and fields of the customer's choice."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import MappedProject

CUSTOM = "custom:"


class Release(models.Model):
    """A version of a mapped project, as Jira told it last. It is known by Jira's id, so that a new name
    makes no second one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(MappedProject, on_delete=models.CASCADE, related_name="releases")
    remote_id = models.CharField(max_length=40)
    name = models.CharField(max_length=255)
    start = models.DateField(null=True, blank=True)
    release = models.DateField(null=True, blank=True)
    released = models.BooleanField(default=False)
    archived = models.BooleanField(default=False)

    class Meta:
        ordering = ["released", "release", "name"]
        constraints = [
            models.UniqueConstraint(fields=["project", "remote_id"], name="one_release_per_version")
        ]

    def __str__(self) -> str:
        return self.name


class FieldKind(models.TextChoices):
    LINE = "line", _("Text of one line")
    TEXT = "text", _("Text of several lines")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date")
    CHOICE = "choice", _("One choice")
    CHOICES = "choices", _("Several choices")
    PERSON = "person", _("Person")
    LABELS = "labels", _("Labels")
    URL = "url", _("Address of a page")


class CustomField(models.Model):
    """A field of the customer's choice, one for all projects that map it; its kind never changes. What a
    field of choices may hold, each project's Jira says (MappedProject.facts, “field_choices”).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=FieldKind.choices)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def word(self) -> str:
        """What it is called among the board's fields: in changes, in maps of fields."""
        return f"{CUSTOM}{self.pk}"
