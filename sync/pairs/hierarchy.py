"""Of which level of Jira's hierarchy each type is, and in which field its issues name their parent.

By levels the board judges a parent when it is typed (`planning.levels`), and a mapping by names finds its
types where they are called otherwise. Cloud tells the level of each type. Data Center tells sub-tasks;
epics alone have an Epic Name, and types that have an Epic Link are one below. Of what is above epics, in
Advanced Roadmaps, no documented call tells the level: it follows from which issues stand below which.

Cloud has one field for parents, Data Center one apiece: stories name theirs by Epic Link, sub-tasks by
`parent`, and with Advanced Roadmaps epics and what is above them by Parent Link. Both links hold the
parent's key as text (so does opendatahub-io/odh-dashboard, .claude/rules/jira-creation.md, of one such
Jira; the vendor shows no answer). Jira offers no Epic Link on the screens of epics: a type that has Parent
Link there and no Epic Link is one of those.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connections.models import Connection, MappedProject
from jira_client.client import JiraClient
from jira_client.known_fields import EPIC_LINK, EPIC_NAME, PARENT_LINK, of_schema
from jira_client.values import FieldInfo, IssueType
from planning.models import SyncState, WorkItem
from sync.core import levels
from sync.core.levels import EPIC, STORY, SUBTASK
from sync.core.values import PARENT
from sync.pairs.create_screens import CreateScreens

_PARENTS = {EPIC_LINK, PARENT_LINK}


@dataclass(frozen=True, slots=True)
class Known:
    """What the board knows of types: `below`, which it holds below which (type ids), and the `levels` that
    other mapped projects of this Jira learnt: types are one for all of them."""

    below: frozenset[tuple[str, str]] = frozenset()
    levels: Mapping[str, int] = field(default_factory=dict)


def facts_of(
    jira: JiraClient,
    screens: CreateScreens,
    types: Sequence[IssueType],
    fields: Sequence[FieldInfo],
    known: Known | None = None,
) -> dict[str, Any]:
    """What of MappedProject.facts says where parents are named, and the types' levels. One screen a type
    on Data Center, none on Cloud. Raises JiraError.
    """
    link = of_schema(fields, PARENT_LINK) or ""
    by_screens = jira.flavour.parent_style != PARENT
    offered = _offered(jira, screens, types)
    found = _levels(types, offered, known or Known())
    above = [
        one
        for one, screen in offered.items()
        if found.get(one, STORY) >= EPIC or {PARENT_LINK} == screen & _PARENTS
    ]
    return {
        "subtask_types": [one.id for one in types if one.subtask],
        "parent_link": link if by_screens else "",
        "parent_link_types": above if link else [],
        "levels": found,
    }


def levels_of(
    jira: JiraClient,
    screens: CreateScreens,
    types: Sequence[IssueType],
    known: Known | None = None,
) -> dict[str, int]:
    """Issue type id → level, as far as it is known. Calls as `facts_of`. Raises JiraError."""
    return _levels(types, _offered(jira, screens, types), known or Known())


def told_levels(types: Sequence[IssueType]) -> dict[str, int]:
    """Issue type id → level, of those of which Jira tells it: on Cloud of all, else of sub-tasks."""
    told = {one.id: SUBTASK for one in types if one.subtask}
    return told | {one.id: one.hierarchy_level for one in types if one.hierarchy_level is not None}


def known_of(project: MappedProject) -> Known:
    """From the rows of a mapped project: whose items are below whose, in step with Jira; and what the other
    projects know. Three queries."""
    there = MappedProject.objects.filter(connection=project.connection_id)
    rows = {one.pk: one for one in there.only("facts", "type_map")}
    agreed = WorkItem.objects.live().filter(sync_state=SyncState.SYNCED).exclude(remote_id="")
    agreed = agreed.exclude(parent__remote_id="").exclude(parent=None).order_by()
    columns = ("project_id", "type", "parent__project_id", "parent__type")
    seen = set(agreed.filter(project=project).values_list(*columns).distinct())
    seen |= set(agreed.filter(parent__project=project).values_list(*columns).distinct())
    below = {
        (_type_id(rows, child, word), _type_id(rows, parent, above))
        for child, word, parent, above in seen
    }
    others = [row for key, row in rows.items() if key != project.pk]
    return Known(frozenset(one for one in below if "" not in one), _learnt(others))


def known_in(connection: Connection) -> Known:
    """What the mapped projects of a connection know, for one that is not mapped yet. One query."""
    return Known(levels=_learnt(connection.projects.only("facts")))


def _learnt(rows: Iterable[MappedProject]) -> dict[str, int]:
    return {one: level for row in rows for one, level in row.facts.get("levels", {}).items()}


def _type_id(rows: Mapping[uuid.UUID, MappedProject], project: uuid.UUID | None, word: str) -> str:
    row = rows.get(project) if project else None
    return str(row.type_map.get(word, "")) if row else ""


def _offered(
    jira: JiraClient, screens: CreateScreens, types: Sequence[IssueType]
) -> dict[str, set[str | None]]:
    """The kinds of custom fields on each type's create screen, where those decide: not on Cloud."""
    if jira.flavour.parent_style == PARENT:
        return {}
    return {one.id: _kinds(screens, one.id) for one in types if not one.subtask}


def _levels(
    types: Sequence[IssueType], screens: Mapping[str, set[str | None]], known: Known
) -> dict[str, int]:
    epics = {one for one, kinds in screens.items() if EPIC_NAME in kinds and EPIC_LINK not in kinds}
    likely = {one: STORY for one, kinds in screens.items() if EPIC_LINK in kinds}
    own = {one.id for one in types}
    # Of a project's own types others know better only what no screen tells: what is above epics.
    elsewhere = {
        one: level for one, level in known.levels.items() if one not in own or level > EPIC
    }
    certain = elsewhere | dict.fromkeys(epics, EPIC) | told_levels(types)
    found = levels.followed(certain, likely, known.below)
    return {one: level for one, level in found.items() if one in own}


def _kinds(screens: CreateScreens, type_id: str) -> set[str | None]:
    """The kinds of custom fields on the create screen; none where the account may not create there."""
    return {meta.schema_custom for meta in screens.of(type_id) or ()}
