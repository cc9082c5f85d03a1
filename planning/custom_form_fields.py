"""Fields of the customer's choice on the form and on the page of a work item.

A field that the items' types do not have in Jira is not offered, unless the item holds something there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from connections.models import MappedProject
from planning import item_names, rules
from planning.custom_values import choices_of
from planning.history import words
from planning.models import CustomField, FieldKind, WorkItem

PREFIX: Final = "custom_"
_NONE: Final = ("", "—")


def of_item(
    project: MappedProject | None, item: WorkItem | None, types: Iterable[str]
) -> list[CustomField]:
    """The fields that the project maps and items of these types have; and those that the item has set."""
    mapped = project.field_map if project else {}
    held = {key for key, value in item.custom.items() if value is not None} if item else set()
    if not held and not any(name.startswith("custom:") for name in mapped):
        return []
    lacking = rules.lacking(project, types)
    return [
        row
        for row in CustomField.objects.all()
        if str(row.pk) in held or (row.word in mapped and row.word not in lacking)
    ]


def form_field(
    row: CustomField,
    project: MappedProject | None,
    item: WorkItem | None,
    people: Mapping[str, str],
) -> forms.Field:
    """The form's field for it; what it may hold is offered where Jira tells it."""
    plain: dict[str, Any] = {"label": row.name, "required": False}
    held = item.custom.get(str(row.pk)) if item else None
    there = choices_of(project, row)
    if row.kind == FieldKind.PERSON:
        known = {**people, **({held["id"]: held.get("name") or held["id"]} if held else {})}
        return forms.ChoiceField(choices=[_NONE, *known.items()], **plain)
    if there and row.kind == FieldKind.CHOICE:
        both = dict.fromkeys([*there, *([held] if held else [])])
        return forms.ChoiceField(choices=[_NONE, *((one, one) for one in both)], **plain)
    if there:
        several = item_names.several(row.name)
        several.choices = [(one, one) for one in dict.fromkeys([*there, *(held or [])])]
        return several
    if row.kind in (FieldKind.CHOICES, FieldKind.LABELS):
        return forms.CharField(help_text=_("Names, separated by commas."), **plain)
    if row.kind == FieldKind.NUMBER:
        return forms.FloatField(**plain)
    if row.kind == FieldKind.DATE:
        return forms.DateField(widget=item_names.DayInput, **plain)
    if row.kind == FieldKind.TEXT:
        return forms.CharField(strip=False, widget=forms.Textarea({"rows": 4}), **plain)
    return forms.CharField(max_length=255, **plain)


def initials(item: WorkItem) -> dict[str, Any]:
    """Form field → what it shows of the item's value."""
    return {
        f"{PREFIX}{row.pk}": _initial(row, item.project, item.custom.get(str(row.pk)))
        for row in of_item(item.project, item, [item.type])
    }


def _initial(row: CustomField, project: MappedProject | None, value: Any) -> Any:
    if isinstance(value, Mapping):
        return value["id"]
    if isinstance(value, list) and not choices_of(project, row):
        return ", ".join(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def value_of(row: CustomField, given: Any, people: Mapping[str, str]) -> Any:
    """The value to store, of what the form's field holds once it is valid."""
    if row.kind == FieldKind.PERSON:
        return {"id": given, "name": people.get(given, given)} if given else None
    if row.kind in (FieldKind.CHOICES, FieldKind.LABELS):
        return item_names.listed(given)
    return given


def shown(item: WorkItem) -> list[tuple[str, str]]:
    """(name, value in words) for the item's page."""
    rows = of_item(item.project, item, [item.type])
    return [
        (row.name, words(value, {}) if value is not None else "")
        for row in rows
        for value in [item.custom.get(str(row.pk))]
    ]
