"""What the rows of one write point at, read in a handful of queries however many rows there are."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connections.models import MappedProject
from planning.models import (
    CUSTOM,
    CustomField,
    Iteration,
    Release,
    SprintLink,
    SyncState,
    Team,
    WorkItem,
)

DEEPEST = 50  # levels of parents; more means a cycle that was made elsewhere


@dataclass(slots=True)
class Lookups:
    """Rows by id. `parent_of` covers every ancestor that a new parent brings in. `typed`: somebody is
    there to hear what Jira will refuse."""

    typed: bool = False
    items: dict[uuid.UUID, WorkItem] = field(default_factory=dict)
    projects: dict[uuid.UUID, MappedProject] = field(default_factory=dict)
    teams: dict[uuid.UUID, Team] = field(default_factory=dict)
    iterations: dict[uuid.UUID, Iteration] = field(default_factory=dict)
    default_team: dict[uuid.UUID, Team] = field(default_factory=dict)
    closed: dict[tuple[uuid.UUID, uuid.UUID], str] = field(
        default_factory=dict
    )  # (team, iteration) whose sprint is closed in Jira → the sprint's name
    offered: dict[uuid.UUID, list[str]] = field(
        default_factory=dict
    )  # project → the priorities that Jira takes there, where a value that somebody types is judged
    named: dict[tuple[uuid.UUID, str], list[str]] = field(
        default_factory=dict
    )  # (project, fix_versions or components) → the names that Jira has, where it has told them
    custom: dict[str, CustomField] = field(default_factory=dict)  # the board's word → the field
    parents: set[uuid.UUID] = field(default_factory=set)  # live items that may be parents
    # The same with their projects, where a parent that somebody types is judged by Jira's hierarchy
    judged: dict[uuid.UUID, WorkItem] = field(default_factory=dict)
    parent_of: dict[uuid.UUID, uuid.UUID | None] = field(default_factory=dict)


def look_up(
    item_ids: Iterable[uuid.UUID], rows: Sequence[Mapping[str, Any]], *, typed: bool = False
) -> Lookups:
    """Lock the items to be changed and read what `rows` (clean or not) name. `typed`: somebody is there
    to hear that Jira does not offer a value.

    Rows are locked in the order of their ids, so that two writers never wait for each other.
    """
    lookups = Lookups(typed=typed)
    locked = (
        WorkItem.objects.live()
        .filter(pk__in=set(item_ids))
        .select_related("project__connection")
        .locked()
    )
    lookups.items = {item.pk: item for item in locked}
    wanted = ids_in(rows, "project")
    if wanted:
        found = MappedProject.objects.select_related("connection").in_bulk(list(wanted))
        lookups.projects = dict(found)
    lookups.projects |= {i.project.pk: i.project for i in lookups.items.values() if i.project}
    _look_up_places(lookups, rows)
    _look_up_parents(lookups, ids_in(rows, "parent"))
    if typed and lookups.parents:
        columns = ("type", "remote_key", "summary", "project__facts", "project__type_map")
        named = WorkItem.objects.select_related("project").only(*columns)
        lookups.judged = named.in_bulk(list(lookups.parents))
    if words := {str(row["priority"]) for row in rows if row.get("priority")} if typed else set():
        _look_up_priorities(lookups, {word.strip().casefold() for word in words})
    _look_up_names(lookups, rows if typed else ())
    if any(name.startswith(CUSTOM) for row in rows for name in row):
        lookups.custom = {one.word: one for one in CustomField.objects.all()}
    return lookups


def _look_up_names(lookups: Lookups, rows: Sequence[Mapping[str, Any]]) -> None:
    """The releases that can still be chosen, and the components, where some row gives any; one query."""
    projects = list(lookups.projects.values())
    told = [
        one for one in projects if one.facts.get("releases_told") and _maps(one, "fix_versions")
    ]
    if told and any(row.get("fix_versions") for row in rows):
        lookups.named |= {(one.pk, "fix_versions"): [] for one in told}
        found = Release.objects.filter(project__in=told, archived=False)
        for key, name in found.values_list("project_id", "name"):
            lookups.named[key, "fix_versions"].append(name)
    if any(row.get("components") for row in rows):
        for one in projects:
            if "components" in one.facts and _maps(one, "components"):
                lookups.named[one.pk, "components"] = list(one.facts["components"])


def _maps(project: MappedProject, field: str) -> bool:
    return bool(project.field_map.get(field))


def _look_up_priorities(lookups: Lookups, asked: set[str]) -> None:
    """What Jira said that it offers; where a word is none of that, also what its issues were seen to have
    since (one query). Where Jira never said, nothing is known, and nothing can be judged.
    """
    told = {
        pk: row.facts["priorities"]
        for pk, row in lookups.projects.items()
        if row.facts.get("priorities")
    }
    new = [pk for pk, names in told.items() if asked - {name.casefold() for name in names}]
    seen = WorkItem.objects.live().filter(project__in=new).exclude(remote_id="")
    agreed = seen.exclude(priority="").filter(sync_state=SyncState.SYNCED)
    used = agreed.order_by().values_list("project_id", "priority").distinct()
    pairs = set(used) if new else set()
    for pk, names in told.items():
        more = sorted(name for project, name in pairs if project == pk)
        lookups.offered[pk] = list(dict.fromkeys([*names, *more]))


def _look_up_places(lookups: Lookups, rows: Sequence[Mapping[str, Any]]) -> None:
    """Teams and iterations, and each project's own team: the only one that points at it."""
    team_ids = ids_in(rows, "team") | {i.team_id for i in lookups.items.values() if i.team_id}
    iteration_ids = ids_in(rows, "iteration")
    iteration_ids |= {i.iteration_id for i in lookups.items.values() if i.iteration_id}
    if team_ids:
        lookups.teams = dict(Team.objects.in_bulk(list(team_ids)))
    if iteration_ids:
        found = Iteration.objects.select_related("pi").in_bulk(list(iteration_ids))
        lookups.iterations = dict(found)
        closed = SprintLink.objects.filter(iteration__in=iteration_ids, sprint_state="closed")
        lookups.closed = {(one.team_id, one.iteration_id): one.sprint_name for one in closed}
    several: set[uuid.UUID] = set()
    for team in Team.objects.filter(project__in=list(lookups.projects)) if lookups.projects else ():
        assert team.project_id is not None  # noqa: S101  (the filter says so)
        if team.project_id in lookups.default_team:
            several.add(team.project_id)
        lookups.default_team[team.project_id] = team
    for project_id in several:
        del lookups.default_team[project_id]


def _look_up_parents(lookups: Lookups, wanted: set[uuid.UUID]) -> None:
    """The named parents and all above them, one query a level."""
    lookups.parent_of = {item.pk: item.parent_id for item in lookups.items.values()}
    level = wanted
    for depth in range(DEEPEST):
        if not level:
            break
        above: set[uuid.UUID] = set()
        for item in WorkItem.objects.filter(pk__in=level).only("parent", "deleted"):
            lookups.parent_of.setdefault(item.pk, item.parent_id)
            if depth == 0 and item.deleted is None:
                lookups.parents.add(item.pk)
            if item.parent_id is not None:
                above.add(item.parent_id)
        level = above - set(lookups.parent_of)


def ids_in(rows: Sequence[Mapping[str, Any]], name: str) -> set[uuid.UUID]:
    """The ids that rows give under `name`; what is no id is left for the rules to refuse."""
    found: set[uuid.UUID] = set()
    for row in rows:
        try:
            found.add(uuid.UUID(str(getattr(row.get(name), "pk", row.get(name)))))
        except ValueError:
            continue
    return found
