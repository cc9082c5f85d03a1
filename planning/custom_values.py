"""Values of fields of the customer's choice: what each kind may hold, and the words for what it may not.

A value is plain JSON, None for nothing: text, a number, a day as text, `{"id", "name"}` of a person, a
list of names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from connections.models import MappedProject
from planning import rules
from planning.models import CUSTOM, CustomField, FieldKind
from planning.rules import Unfit

LONGEST_LINE: Final = 255


def by_word(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row with what is under `custom` as fields of their own; `custom` stays where it is no object."""
    given = row.get("custom")
    if not isinstance(given, Mapping):
        return row
    rest = {name: value for name, value in row.items() if name != "custom"}
    return {**rest, **{f"{CUSTOM}{key}": value for key, value in given.items()}}


def clean(kind: str, raw: Any) -> Any:
    """The value to store. Raises Unfit."""
    return _CLEANERS[FieldKind(kind)](raw) or None if kind != FieldKind.NUMBER else _number(raw)


def offered(project: MappedProject | None, field: CustomField, value: Any) -> Any:
    """The value as the project's Jira spells it, where that tells what the field may hold. Raises Unfit."""
    there = choices_of(project, field)
    if not there or value is None:
        return value
    names = dict.fromkeys(there)
    if isinstance(value, list):
        return [rules.one_of(name, names, _("choice")) for name in value]
    return rules.one_of(value, names, _("choice"))


def choices_of(project: MappedProject | None, field: CustomField) -> list[str]:
    """What a field of choices may hold in this project; empty where Jira has not told, or anything goes."""
    if project is None or field.kind not in (FieldKind.CHOICE, FieldKind.CHOICES):
        return []
    found: list[str] = project.facts.get("field_choices", {}).get(field.word, [])
    return found


def _number(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit(_("This must be a number."))
    if not math.isfinite(value) or abs(value) > rules.LARGEST_NUMBER:
        raise Unfit(_("This must be a number from −1,000,000,000 to 1,000,000,000."))
    return float(value)


def _address(value: Any) -> str:
    found = rules.text(value, LONGEST_LINE)
    if found and not found.startswith(("http://", "https://")):
        raise Unfit(_("This must be an address that begins with http:// or https://."))
    return found


def _line(value: Any) -> str:
    return rules.text(value, LONGEST_LINE)


_CLEANERS: Final[Mapping[FieldKind, Callable[[Any], Any]]] = {
    FieldKind.LINE: _line,
    FieldKind.TEXT: lambda value: rules.text(value, rules.LONGEST_DESCRIPTION, lines=True),
    FieldKind.DATE: rules.day,
    FieldKind.CHOICE: _line,
    FieldKind.CHOICES: rules.names,
    FieldKind.PERSON: rules.person,
    FieldKind.LABELS: rules.labels,
    FieldKind.URL: _address,
}
