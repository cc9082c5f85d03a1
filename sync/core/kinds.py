"""Fields of the customer's choice: what kind each is, and how its value is read of Jira and told to it.

Such a field is called `custom:` and the id of its row on the board (`planning.CustomField`). Its values
are plain JSON, None where there is none: text, a number, a day as text, a person's id, a list of names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

CUSTOM: Final = "custom:"
LINE, TEXT, NUMBER, DATE, CHOICE, CHOICES, PERSON, LABELS, URL = (
    *("line", "text", "number", "date", "choice", "choices", "person", "labels", "url"),
)
TEXTS: Final = frozenset({LINE, TEXT, URL})
LISTS: Final = frozenset({CHOICES, LABELS})


def read(kind: str, raw: Any) -> Any:
    """Jira's JSON for a value of this kind as the board's plain one."""
    if kind in LISTS:
        return [_name(one) for one in raw] if isinstance(raw, list) else []
    if kind == PERSON and isinstance(raw, Mapping):
        return raw.get("accountId") or raw.get("name") or raw.get("key")
    if kind == CHOICE:
        return _name(raw)
    return raw


def spoken(kind: str, value: Any, person_key: str) -> Any:
    """The board's value in the form in which Jira takes it; `person_key`: what it knows people by.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-put
    The forms by kind: https://developer.atlassian.com/server/jira/platform/jira-rest-api-examples/
    """
    if kind in LISTS:
        names = list(value or ())
        return [{"value": name} for name in names] if kind == CHOICES else names
    if value is None or value == "":
        return None
    if kind == CHOICE:
        return {"value": value}
    return {person_key: value} if kind == PERSON else value


def _name(raw: Any) -> Any:
    return raw.get("value") or raw.get("name") if isinstance(raw, Mapping) else raw
