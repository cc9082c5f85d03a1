"""A mapping proposed from the project's own metadata, so that a normal project is one click and a look.

Custom fields are found as `jira_client.known_fields` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jira_client.known_fields import (
    EPIC_LINK,
    RANK,
    SPRINT,
    flag,
    named_number,
    of_schema,
    start_date,
    story_points,
)
from jira_client.values import Board, FieldInfo, FieldMeta, IssueType, LinkType, Status
from sync.core import words

_SYSTEM = ("summary", "description", "status", "labels", "priority", "assignee", "reporter")
# Board field → Jira's own field for it, where that is called otherwise.
OF_JIRA = {
    "fix_versions": "fixVersions",
    "components": "components",
    "due_date": "duedate",
    "original_estimate": "timeoriginalestimate",
    "remaining_estimate": "timeestimate",
}


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
    team_managed: bool = False
    board: Board | None = None  # the project's own, with sprints


@dataclass(frozen=True, slots=True)
class Proposal:
    """`subtasks`: board type → id of the sub-task types, which are left out unless somebody asks for them:
    what is planned are stories."""

    types: dict[str, str]
    statuses: dict[str, str]
    fields: dict[str, str]
    links: dict[str, str]
    categories: dict[str, str]  # board status → new | indeterminate | done
    board_id: int | None
    subtasks: dict[str, str]


def propose(data: Metadata) -> Proposal:
    statuses = _statuses(data.statuses)
    types = sorted(data.types, key=lambda kind: kind.subtask)  # what is planned has its words first
    named = dict(zip(words.apart([kind.name for kind in types], words.TYPE), types, strict=True))
    links = words.apart([_board_word(link) for link in data.links], words.LINK)
    return Proposal(
        types={word: kind.id for word, kind in named.items() if not kind.subtask},
        subtasks={word: kind.id for word, kind in named.items() if kind.subtask},
        statuses={name: status.id for name, status in statuses.items()},
        fields=_fields(data),
        links=dict(zip(links, [link.name for link in data.links], strict=True)),
        categories={name: status.category or "new" for name, status in statuses.items()},
        board_id=data.board.id if data.board else None,
    )


def _statuses(every: Iterable[Status]) -> dict[str, Status]:
    """Word → status. Each type's workflow lists its own, so most come several times."""
    found = {status.id: status for status in every}
    names = words.apart([one.name for one in found.values()], words.STATUS)
    return dict(zip(names, found.values(), strict=True))


def _fields(data: Metadata) -> dict[str, str]:
    known = {info.id for info in data.fields}
    found = {name: name for name in _SYSTEM if name in known or not known}
    found["status"] = "status"
    others = {
        "iteration": of_schema(data.fields, SPRINT),
        "rank": of_schema(data.fields, RANK),
        "parent": "parent" if data.parent_style == "parent" else of_schema(data.fields, EPIC_LINK),
        "story_points": story_points(
            data.fields, data.estimation_field, team_managed=data.team_managed
        ),
        "wsjf": named_number(data.fields, "wsjf"),
        "start_date": start_date(data.fields),
        "flagged": flag(data.fields),
        **{name: field_id for name, field_id in OF_JIRA.items() if field_id in known},
    }
    return found | {name: field_id for name, field_id in others.items() if field_id}


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
