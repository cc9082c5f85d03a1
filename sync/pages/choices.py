"""What of Jira fits what of the board, from what Jira says of the project now. Reads and writes no row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jira_client.known_fields import CHECK_BOXES, EPIC_LINK, RANK, SPRINT
from jira_client.values import FieldInfo
from sync.core.propose import OF_JIRA, Metadata
from sync.core.values import DATES, FLAG, TWO_WAY
from sync.mapping import custom_fields

# What a field of Jira is chosen for. What says the team is chosen apart (`core.teams`).
BOARD_FIELDS: Final = (*(word for word in TWO_WAY if word != "team"), "rank")


@dataclass(frozen=True, slots=True)
class Choice:
    """Something of Jira's that a board word can be; `id` is what the map holds."""

    id: str
    name: str
    category: str = ""


Choices = Mapping[str, Mapping[str, Sequence[Choice]]]  # map → board word ("*": any) → choices


def choices_of(data: Metadata, custom: Mapping[str, str], taken: Collection[str] = ()) -> Choices:
    """What fits what. For types, statuses and links everything fits every word.

    `custom`: word of each field of the customer's choice → its kind. Fields of Jira that could be a new
    one of these are under "*": all of a known kind that are not `taken`.
    """
    by_kind = custom_fields.offered(data.fields)
    free = [one for some in by_kind.values() for one in some if one.id not in taken]
    types = [Choice(one.id, one.name) for one in data.types]
    statuses = {one.id: Choice(one.id, one.name, one.category) for one in data.statuses}
    links = [Choice(one.name, f"{one.name} ({one.outward} / {one.inward})") for one in data.links]
    return {
        "type_map": {"*": types},
        "field_map": {
            **{word: _fitting(word, data) for word in BOARD_FIELDS},
            **{word: _as_choices(by_kind.get(kind, ())) for word, kind in custom.items()},
            "*": _as_choices(sorted(free, key=lambda one: one.name.casefold())),
        },
        "status_map": {"*": list(statuses.values())},
        "link_map": {"*": links},
    }


def _as_choices(fields: Iterable[FieldInfo]) -> list[Choice]:
    return [Choice(info.id, info.name) for info in fields]


def _fitting(word: str, data: Metadata) -> list[Choice]:
    if word == "parent" and data.parent_style == "parent":
        return [Choice("parent", "Parent")]
    found = [Choice(info.id, info.name) for info in data.fields if _fits(word, info)]
    if word == "status" and not found:
        return [Choice("status", "Status")]
    return found


def _fits(word: str, info: FieldInfo) -> bool:
    if word in DATES:
        return info.schema_type == "date" and (info.custom or info.id == "duedate")
    if word in {"story_points", "wsjf"}:
        return info.custom and info.schema_type == "number"
    if word == "labels":
        return (
            info.schema_type == "array"
            and info.schema_items == "string"
            and (
                info.id == "labels"
                or (info.custom and info.schema_custom not in {SPRINT, EPIC_LINK})
            )
        )
    if word in OF_JIRA:
        return info.id == OF_JIRA[word]
    custom = {"iteration": SPRINT, "rank": RANK, "parent": EPIC_LINK, FLAG: CHECK_BOXES}
    if word in custom:
        return info.schema_custom == custom[word]
    return info.id == word


def offered(choices: Choices, name: str, word: str) -> Sequence[Choice]:
    of_map = choices.get(name, {})
    if word in of_map:
        return of_map[word]
    return () if name == "field_map" and word != "*" else of_map.get("*") or ()


def named(choice: Choice) -> str:
    return choice.name if choice.id in choice.name else f"{choice.name} · {choice.id}"
