"""The board's fields: how each is read from a work item as JSON and written to its columns.

One vocabulary for the API, the outbox, the feed and the pages. Rules about values are planning.rules'.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from typing import Any, Final

from planning.models import CUSTOM, WorkItem

PEOPLE: Final = ("assignee", "reporter")
REFERENCES: Final = ("parent", "team", "iteration")
NUMBERS: Final = ("story_points", "wsjf")
LISTS: Final = ("labels", "fix_versions", "components")  # of words, in no order
DATES: Final = ("start_date", "due_date")
ESTIMATES: Final = ("original_estimate", "remaining_estimate")  # of working time, in seconds
EDITABLE: Final = (
    "type",
    "summary",
    "description",
    "status",
    *NUMBERS,
    *PEOPLE,
    "labels",
    "priority",
    *REFERENCES,
    "rank",
    "fix_versions",
    "components",
    *DATES,
    *ESTIMATES,
    "flagged",
)


def is_editable(name: str) -> bool:
    """Whether people may set it: a field of the board's, or one of the customer's choice."""
    return name in EDITABLE or name.startswith(CUSTOM)


def value_of(item: WorkItem, field: str) -> Any:
    """The field as JSON: a person is `{"id", "name"}` or None, a reference its id as text or None,
    a day as text or None."""
    if field in PEOPLE:
        who = getattr(item, f"{field}_id")
        return {"id": who, "name": getattr(item, f"{field}_name") or who} if who else None
    if field in REFERENCES:
        key: uuid.UUID | None = getattr(item, f"{field}_id")
        return str(key) if key else None
    if field.startswith(CUSTOM):
        return item.custom.get(field.removeprefix(CUSTOM))
    if field in LISTS:
        return list(getattr(item, field))
    if field in DATES:
        day = getattr(item, field)
        return day.isoformat() if day else None
    return getattr(item, field)


def differs(item: WorkItem, field: str, value: Any) -> bool:
    """Whether `value` would change the field. Labels are a set, and a person is their id."""
    now = value_of(item, field)
    if field in LISTS or isinstance(value, list):
        return set(now or ()) != set(value)
    if field in PEOPLE or isinstance(value, Mapping):
        return (now or {}).get("id") != (value or {}).get("id")
    return bool(now != value)


def write(item: WorkItem, field: str, value: Any) -> tuple[str, ...]:
    """Put a clean value (shaped as `value_of` answers it) on the item; the columns it touched."""
    if field in PEOPLE:
        person: Mapping[str, str] = value or {}
        setattr(item, f"{field}_id", person.get("id", ""))
        setattr(item, f"{field}_name", person.get("name", ""))
        return f"{field}_id", f"{field}_name"
    if field in REFERENCES:
        setattr(item, f"{field}_id", uuid.UUID(value) if value else None)
        return (field,)
    if field.startswith(CUSTOM):
        item.custom = {**item.custom, field.removeprefix(CUSTOM): value}
        return ("custom",)
    if field in DATES:
        setattr(item, field, datetime.date.fromisoformat(value) if value else None)
        return (field,)
    setattr(item, field, value)
    return (field,)
