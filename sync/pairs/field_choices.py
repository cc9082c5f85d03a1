"""What fields of choices may hold in a project, so that the board can offer it.

The create screens of the mapped types say it. It must not refuse anything: `planning.item_validation` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sync.core.kinds import CUSTOM
from sync.core.values import FLAG
from sync.pairs.create_screens import CreateScreens
from sync.pairs.priorities import MOST_TYPES, offered_on


def facts_of(
    screens: CreateScreens, field_map: Mapping[str, Any], types: Iterable[Any]
) -> dict[str, dict[str, list[str]]]:
    """What of MappedProject.facts says the choices: board field → names, of the fields of which a screen
    tells any. Raises JiraError."""
    mine = {
        name: str(remote)
        for name, remote in field_map.items()
        if name.startswith(CUSTOM) or name == FLAG
    }
    if not mine:
        return {}
    found: dict[str, dict[str, None]] = {}
    for type_id in list(dict.fromkeys(str(one) for one in types))[:MOST_TYPES]:
        screen = screens.of(type_id) or ()
        for name, remote in mine.items():
            names = offered_on(screen, remote)
            found.setdefault(name, {}).update(dict.fromkeys(names))
    return {"field_choices": {name: list(names) for name, names in found.items() if names}}
