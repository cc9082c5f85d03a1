"""Values that a mapping gives where Jira demands more than the board holds: on steps and on creates.

What is offered on a screen decides what may be given; words say of which screen that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jira_client.values import FieldMeta
from sync.core.propose import value_name


def is_empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}


def without_empty(given: Mapping[str, Mapping[str, Any] | None]) -> dict[str, dict[str, Any]]:
    """Word → field id → value, without what is empty and without words that have nothing left."""
    kept = {
        word: {name: value for name, value in (values or {}).items() if not is_empty(value)}
        for word, values in given.items()
    }
    return {word: values for word, values in kept.items() if values}


def refused_by(meta: FieldMeta, value: Any, where: str) -> str | None:
    """Why Jira would not take this value of a field that is offered; None where it would."""
    allowed = [value_name(one) for one in meta.allowed]
    given = value if isinstance(value, list) else [value]
    unknown = [one for one in given if allowed and value_name(one) not in allowed]
    if not unknown:
        return None
    taken = ", ".join(allowed)
    return (
        f"Jira does not take “{value_name(unknown[0])}” as {meta.name} {where}. It takes: {taken}."
    )
