"""Fix versions and components as a form offers them: chosen of what the project has in Jira, or typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connections.models import MappedProject
from planning.models import Release, WorkItem


class DayInput(forms.DateInput):
    """The browser's own choice of a day."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def offered(project: MappedProject | None, item: WorkItem | None) -> dict[str, list[str]]:
    """Field → the names to choose from, with those that the item has; not for a field that is not mapped,
    or of which Jira has told nothing yet: what it may hold is then typed.
    """
    found: dict[str, list[str]] = {}
    if project is None:
        return found
    if project.field_map.get("fix_versions") and project.facts.get("releases_told"):
        rows = Release.objects.filter(project=project, archived=False)
        found["fix_versions"] = list(rows.values_list("name", flat=True))
    if project.field_map.get("components") and "components" in project.facts:
        found["components"] = list(project.facts["components"])
    return {
        name: list(dict.fromkeys([*names, *(getattr(item, name) if item else [])]))
        for name, names in found.items()
    }


def several(label: Any) -> forms.MultipleChoiceField:
    """A choice of several of what Jira has; what it does not have is named."""
    wrong = {"invalid_choice": _("This project has no “%(value)s” in Jira.")}
    return forms.MultipleChoiceField(label=label, required=False, error_messages=wrong)


def listed(given: str | list[str]) -> list[str]:
    """The names, chosen or typed with commas between them."""
    names = given.split(",") if isinstance(given, str) else given
    return [name.strip() for name in names if name.strip()]
