"""Fields of the customer's choice: what kind each is, and how its value is read of Jira and told to it.

Such a field is called `custom:` and the id of its row on the board (`planning.CustomField`). Its values
are plain JSON, None where there is none: text, a number, a day as text, a person's id, a list of names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jira_client.values import FieldInfo

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


_TYPES: Final = "com.atlassian.jira.plugin.system.customfieldtypes:"
# `schema.custom` of the field types that Jira brings, without that beginning.
_OF_TYPES: Final = {
    "textfield": LINE,
    "textarea": TEXT,
    "float": NUMBER,
    "datepicker": DATE,
    "select": CHOICE,
    "radiobuttons": CHOICE,
    "multiselect": CHOICES,
    "multicheckboxes": CHOICES,
    "userpicker": PERSON,
    "labels": LABELS,
    "url": URL,
}
_OF_PLANS: Final = "com.atlassian.jpo:jpo-custom-field-baseline-"


def kind_of(info: FieldInfo) -> str | None:
    """The kind that a field of Jira is of; None for one of which nothing can be made here, such as those
    of apps.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/#api-rest-api-3-field-post
    """
    custom = info.schema_custom or ""
    if custom.startswith(_OF_PLANS):
        return DATE
    return _OF_TYPES.get(custom.removeprefix(_TYPES)) if custom.startswith(_TYPES) else None
