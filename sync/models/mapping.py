"""How a mapping came to be: every version of it, and the draft of the next one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import MappedProject


class VersionOrigin(models.TextChoices):
    MAPPED = "mapped", _("Mapped")
    CHANGED = "changed", _("Changed")
    DRAFT = "draft", _("Draft applied")
    RESTORED = "restored", _("Gone back to")
    TEMPLATE = "template", _("Template applied")
    BY_RULE = "by_rule", _("Paired by rule")
    MOVED = "moved", _("Moved to another Jira")
    FOUND = "found", _("As it was found")


class MappingVersion(models.Model):
    """A mapping as it stood from `created` on. `content`: column of MappedProject → its value.

    `number` counts from 1 in each project. `source`: the number of the version that was gone back to, or
    the name of the template, as text. `found` is a mapping that was older than its first version.
    """

    project = models.ForeignKey(MappedProject, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    origin = models.CharField(max_length=10, choices=VersionOrigin.choices)
    source = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    author_name = models.CharField(max_length=255, blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="one_version_of_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.number}"


class MappingDraft(models.Model):
    """What is to be changed of a mapping, collected and not applied yet.

    `values`: as `sync.mapping.project_mapping.change` takes them; `categories` of new statuses too.
    """

    project = models.OneToOneField(MappedProject, on_delete=models.CASCADE, related_name="draft")
    values: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    categories: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        default=dict, blank=True
    )
    author_name = models.CharField(max_length=255, blank=True)
    updated = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"draft of {self.project}"
