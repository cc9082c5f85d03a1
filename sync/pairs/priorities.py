"""Which priorities Jira offers in a project, so that the board can judge one when it is typed.

The create screens of the mapped types say it. It must not refuse anything: `planning.item_validation` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jira_client.values import FieldMeta
from sync.core.propose import value_name
from sync.pairs.create_screens import CreateScreens

MOST_TYPES = 3  # types asked; nearly every project has one scheme of priorities for all


def facts_of(
    screens: CreateScreens, field_map: Mapping[str, Any], types: Iterable[Any]
) -> dict[str, list[str]]:
    """What of MappedProject.facts says the priorities; empty where the field is not mapped, or no screen
    tells what it takes. Raises JiraError."""
    field = str(field_map.get("priority") or "")
    if not field:
        return {}
    names: dict[str, None] = {}
    for type_id in list(dict.fromkeys(str(one) for one in types))[:MOST_TYPES]:
        names |= dict.fromkeys(offered_on(screens.of(type_id) or (), field))
    return {"priorities": list(names)} if names else {}


def offered_on(screen: Iterable[FieldMeta], field: str) -> list[str]:
    """The names of the values that the screen takes for this field."""
    return [
        str(value_name(one)) for meta in screen if meta.id == field for one in meta.allowed if one
    ]
