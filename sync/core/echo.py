"""When are two values the same? By value, normalised; never by author or time.

An echo of our own write then needs no recognition: it says what is already agreed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sync.core import words
from sync.core.kinds import CUSTOM


def normal(field: str, value: Any) -> Any:
    """`value` in the one form in which it is compared, stored as agreed, and shown."""
    form = _FORMS.get(field)
    if form is None:
        form = _by_itself if field.startswith(CUSTOM) else _word
    return form(value)


def all_normal(values: Mapping[str, Any]) -> dict[str, Any]:
    """Every value in that form, by field."""
    return {field: normal(field, value) for field, value in values.items()}


def same(field: str, left: Any, right: Any) -> bool:
    return bool(normal(field, left) == normal(field, right))


def _word(value: Any) -> str:
    return str(value).strip() if value else ""


def _reference(value: Any) -> str | None:
    return str(value) if value else None


def _labels(value: Any) -> list[str]:
    listed = isinstance(value, list | tuple | set | frozenset)
    return sorted({str(label) for label in value}) if listed else []


def _names(value: Any) -> list[str]:
    listed = isinstance(value, list | tuple | set | frozenset)
    return sorted({str(name).strip() for name in value} - {""}) if listed else []


def _day(value: Any) -> str | None:
    """Of a moment, its day; what is no day is none."""
    try:
        return date.fromisoformat(str(value)[:10]).isoformat() if value else None
    except ValueError:
        return None


def _seconds(value: Any) -> int | None:
    """Changelogs tell seconds as text."""
    number = _number(value)
    return None if number is None else int(number)


def _flag(value: Any) -> bool | None:
    """Any of the choices that the field of Jira holds is the flag; no flag is no value, as of any field."""
    return True if value else None


def _by_itself(value: Any) -> Any:
    """A value of the customer's own field: its JSON says what it is."""
    if isinstance(value, Mapping):
        value = value.get("id")
    if isinstance(value, list | tuple | set | frozenset):
        return _names(value) or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value)
    return _lines(value) or None


def _number(value: Any) -> float | None:
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _line(value: Any) -> str:
    return " ".join(str(value).split()) if value is not None else ""


def _lines(value: Any) -> str:
    """Jira stores CRLF and may trim the end; neither is an edit."""
    text = str(value) if value is not None else ""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip()


def _priority(value: Any) -> str:
    return words.one_line(value, words.PRIORITY)


_FORMS: dict[str, Callable[[Any], Any]] = {
    "summary": _line,
    "description": _lines,
    "story_points": _number,
    "wsjf": _number,
    "labels": _labels,
    "priority": _priority,
    "parent": _reference,
    "iteration": _reference,
    "team": _reference,
    "fix_versions": _names,
    "components": _names,
    "start_date": _day,
    "due_date": _day,
    "original_estimate": _seconds,
    "remaining_estimate": _seconds,
    "flagged": _flag,
}
