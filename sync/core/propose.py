"""A mapping proposed from the project's own metadata, so that a normal project is one click and a look.

Custom fields are found by `schema.custom` and the board's estimation field; names are the last resort.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jira_client.values import Board, FieldInfo, FieldMeta, IssueType, LinkType, Status

_GREENHOPPER = "com.pyxis.greenhopper.jira:"
SPRINT, EPIC_LINK, RANK = (
    _GREENHOPPER + name for name in ("gh-sprint", "gh-epic-link", "gh-lexo-rank")
)
TEAM_MANAGED_POINTS = _GREENHOPPER + "jsw-story-points"
_FLOAT = "com.atlassian.jira.plugin.system.customfieldtypes:float"
_SYSTEM = ("summary", "description", "status", "labels", "priority", "assignee", "reporter")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What Jira said of a project, as far as a mapping needs it."""

    types: Sequence[IssueType]
    statuses: Iterable[Status]
    fields: Sequence[FieldInfo]
    links: Sequence[LinkType]
    boards: Sequence[Board]
    estimation_field: str | None
    parent_style: str


@dataclass(frozen=True, slots=True)
class Proposal:
    types: dict[str, str]
    statuses: dict[str, str]
    fields: dict[str, str]
    links: dict[str, str]
    categories: dict[str, str]  # board status → new | indeterminate | done
    board_id: int | None


def propose(data: Metadata) -> Proposal:
    statuses = {status.name: status for status in data.statuses}
    return Proposal(
        types={kind.name: kind.id for kind in data.types if not kind.subtask},
        statuses={name: status.id for name, status in statuses.items()},
        fields=_fields(data),
        links={_board_word(link): link.name for link in data.links},
        categories={name: status.category or "new" for name, status in statuses.items()},
        board_id=next((board.id for board in data.boards if board.type == "scrum"), None),
    )


def _fields(data: Metadata) -> dict[str, str]:
    known = {info.id for info in data.fields}
    found = {name: name for name in _SYSTEM if name in known or not known}
    found["status"] = "status"
    by_schema: dict[str | None, str] = {
        i.schema_custom: i.id for i in data.fields if i.schema_custom
    }
    for name, schema in (("iteration", SPRINT), ("rank", RANK)):
        if schema in by_schema:
            found[name] = by_schema[schema]
    if data.parent_style == "parent":
        found["parent"] = "parent"
    elif EPIC_LINK in by_schema:
        found["parent"] = by_schema[EPIC_LINK]
    points = _points(data, by_schema)
    if points:
        found["story_points"] = points
    wsjf = _named_number(data.fields, "wsjf")
    if wsjf:
        found["wsjf"] = wsjf
    return found


def _points(data: Metadata, by_schema: Mapping[str | None, str]) -> str | None:
    return (
        data.estimation_field
        or _named_number(data.fields, "story points")
        or by_schema.get(TEAM_MANAGED_POINTS)
        or _named_number(data.fields, "story point estimate")
    )


def _named_number(fields: Sequence[FieldInfo], name: str) -> str | None:
    for info in fields:
        if info.name.strip().lower() == name and info.schema_type == "number":
            return info.id
    return None


def _board_word(link: LinkType) -> str:
    """The board's word for a link, read from its source: “blocks”, “relates to”."""
    return link.outward.strip().lower() or link.name.strip().lower()


def propose_defaults(
    statuses: Mapping[str, str],
    categories: Mapping[str, str],
    steps: Mapping[str, Mapping[str, FieldMeta]],
) -> dict[str, dict[str, str]]:
    """Board status → field id → the value to give where a step there demands one and says no default.

    Only what is plain: a resolution for what is done. `steps`: status id → field id → field.
    """
    found: dict[str, dict[str, str]] = {}
    for word, status in statuses.items():
        meta = steps.get(status, {}).get("resolution")
        if meta is None or not meta.required or meta.has_default:
            continue
        value = _resolution(word, [value_name(one) for one in meta.allowed])
        if value and categories.get(word) == "done":
            found[word] = {meta.id: value}
    return found


def _resolution(word: str, allowed: Sequence[str]) -> str:
    """The one that is called like the status, else “Done”, else the only one there is."""
    by_name = {name.casefold(): name for name in allowed}
    only = allowed[0] if len(allowed) == 1 else ""
    return by_name.get(word.casefold()) or by_name.get("done") or only


def value_name(value: object) -> str:
    """How Jira's JSON for one value of a choice is called."""
    if isinstance(value, Mapping):
        return str(value.get("name") or value.get("value") or value.get("id") or "")
    return str(value)
