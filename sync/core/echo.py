"""When are two values the same? By value, normalised; never by author or time.

An echo of our own write then needs no recognition: it says what is already agreed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

_TEXT = {"summary", "description"}
_NUMBER = {"story_points", "wsjf"}


def normal(field: str, value: Any) -> Any:
    """`value` in the one form in which it is compared, stored as agreed, and shown."""
    if field in _NUMBER:
        return _number(value)
    if field == "labels":
        return sorted({str(label) for label in _listed(value)})
    if field in _TEXT:
        return _text(value, lines=field == "description")
    if field in {"parent", "iteration", "team"}:
        return str(value) if value else None
    return str(value).strip() if value else ""


def same(field: str, left: Any, right: Any) -> bool:
    return bool(normal(field, left) == normal(field, right))


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple | set | frozenset) else ()


def _number(value: Any) -> float | None:
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _text(value: Any, *, lines: bool) -> str:
    text = str(value) if value is not None else ""
    if not lines:
        return " ".join(text.split())
    # Jira stores CRLF and may trim the end; neither is an edit.
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip()
