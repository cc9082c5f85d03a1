"""A PI's iterations beside the sprints of its teams: what differs, and making the sprints equal.

The PI is right: names and days go from it to Jira. A sprint that is closed or of which nothing is known is
never written, and none is closed, started or deleted here.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.access.gateway import NotReady, jira_for
from connections.access.readiness import must_not_be_in_a_move
from connections.access.sealing import SealBroken
from connections.models import MappedProject
from connections.setup.quiet_window import must_not_be_quiet
from jira_client.client import JiraClient
from jira_client.errors import NOT_TOLD, JiraError
from jira_client.values import Sprint
from planning.models import Iteration, Pi, Team
from planning.sprint_names import iteration_name, sprint_name
from planning.sprints import sprint_values
from planning.structure_editing import edit_part
from planning.team_boards import links_met_in, links_of
from sync.mapping import new_sprints
from sync.pairs.sprint_facts import CLOSED, day, keep, last_day, midnight, open_on
from sync.pi_day.places import places_of, teams_of

EQUAL, DRIFTS, MISSING, GONE_THERE = "equal", "drifts", "missing", "gone"
DUPLICATE, CLOSED_EARLY, NO_BOARD, UNKNOWN = "duplicate", "closed_early", "no_board", "unknown"
CREATE, LINK, UPDATE = "create", "link", "update"


@dataclass(frozen=True, slots=True)
class Cell:
    """One iteration for one team in one project. `kind`: how they stand; `sprint`: as Jira has it now;
    `differs`: name, start, end → what Jira says; `others`: further open sprints that could be it.
    """

    team: Team
    project: MappedProject
    iteration: Iteration
    kind: str
    sprint: Sprint | None = None
    differs: dict[str, str] | None = None
    others: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Names the cell in a form and by API."""
        return f"{self.team.pk}:{self.project.pk}:{self.iteration.pk}"

    @property
    def step(self) -> str:
        """What makes it equal: create, link or update; empty where nothing does, or nothing is needed."""
        if self.kind in (MISSING, GONE_THERE):
            return LINK if self.sprint is not None else CREATE
        return UPDATE if self.kind == DRIFTS else ""


@dataclass(frozen=True, slots=True)
class Row:
    """A team in one of its projects. `failure`: why Jira could not be asked, the cells are unknown then."""

    team: Team
    project: MappedProject
    cells: tuple[Cell, ...]
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Concord:
    pi: Pi
    iterations: tuple[Iteration, ...]
    rows: tuple[Row, ...]

    @property
    def steps(self) -> list[Cell]:
        return [cell for row in self.rows for cell in row.cells if cell.step]

    @property
    def equal(self) -> bool:
        """Whether every iteration is its sprint, wherever a team has sprints."""
        return all(cell.kind in (EQUAL, NO_BOARD) for row in self.rows for cell in row.cells)


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was carried out, or why not."""

    cell: Cell
    failure: str = ""


def look(pi: Pi) -> Concord:
    """The PI as Jira has it now: one call a board, one more for each linked sprint that is not open.

    A Jira that does not answer makes its rows unknown, and the others stay. What was seen is kept.
    """
    iterations = tuple(pi.iterations.select_related("pi").order_by("index"))
    boards: dict[tuple[uuid.UUID, int], list[Sprint]] = {}
    rows = []
    for place_of in places_of(teams_of(pi)):
        team, project, board = place_of.team, place_of.project, place_of.board_id
        if board is None:
            cells = tuple(Cell(team, project, one, NO_BOARD) for one in iterations)
            rows.append(Row(team, project, cells))
            continue
        try:
            jira = jira_for(project.connection)
            place = (project.connection_id, board)
            if place not in boards:
                boards[place] = open_on(jira, board)
            cells = _cells(jira, team, project, iterations, boards[place])
            rows.append(Row(team, project, cells))
        except (JiraError, NotReady, SealBroken) as error:
            unknown = tuple(Cell(team, project, one, UNKNOWN) for one in iterations)
            rows.append(Row(team, project, unknown, str(error)))
    return Concord(pi, iterations, tuple(rows))


def make_equal(pi: Pi, keys: Iterable[str], *, actor: User) -> list[Done]:
    """Carry out the steps of these cells, by their keys, as Jira stands now; each for itself.

    A cell that needs no step any more is left alone. Raises Refused (422) for a key that is none.
    """
    wanted = set(keys)
    found = look(pi)
    known = {cell.key: cell for row in found.rows for cell in row.cells}
    if strange := wanted - known.keys():
        raise Refused(
            _("There is no such iteration of a team."), fields={"cells": sorted(strange)[:5]}
        )
    done = []
    for cell in found.steps:
        if cell.key not in wanted:
            continue
        try:
            must_not_be_in_a_move(cell.project.connection)
            must_not_be_quiet(cell.project.connection)
            _carry_out(cell, actor)
            done.append(Done(cell))
        except Refused as refusal:
            done.append(Done(cell, refusal.message))
        except (JiraError, NotReady, SealBroken) as error:
            done.append(Done(cell, str(error)))
    return done


def _cells(
    jira: JiraClient,
    team: Team,
    project: MappedProject,
    iterations: Sequence[Iteration],
    there: Sequence[Sprint],
) -> tuple[Cell, ...]:
    links = {one.iteration_id: one for one in links_met_in(project).filter(team=team)}
    taken = {one.sprint_id for one in links.values()}
    by_id = {one.id: one for one in there}
    by_name: dict[str, list[Sprint]] = defaultdict(list)
    for one in there:
        by_name[iteration_name(one.name, team.name)].append(one)
    cells = []
    for iteration in iterations:
        link = links.get(iteration.pk)
        same = [one for one in by_name.get(iteration.name, ()) if one.id not in taken]
        sprint = None if link is None else by_id.get(link.sprint_id) or _one(jira, link.sprint_id)
        if link is not None and sprint is not None:
            keep(links_of(project).filter(pk=link.pk), sprint)
        cells.append(_cell(team, project, iteration, link is not None, sprint, same))
    return tuple(cells)


def _cell(
    team: Team,
    project: MappedProject,
    iteration: Iteration,
    linked: bool,
    sprint: Sprint | None,
    same: Sequence[Sprint],
) -> Cell:
    others = tuple(one.name for one in same)
    if sprint is None:
        kind = GONE_THERE if linked else MISSING
        if len(same) > 1:
            kind = DUPLICATE  # which of them it is, a person must say in Jira
        only = same[0] if len(same) == 1 else None
        return Cell(team, project, iteration, kind, only, others=others)
    if sprint.state == CLOSED:
        early = iteration.end is not None and iteration.end >= timezone.localdate()
        return Cell(team, project, iteration, CLOSED_EARLY if early else EQUAL, sprint)
    if same:
        return Cell(team, project, iteration, DUPLICATE, sprint, others=others)
    differs = _differs(team, iteration, sprint)
    return Cell(team, project, iteration, DRIFTS if differs else EQUAL, sprint, differs)


def _differs(team: Team, iteration: Iteration, sprint: Sprint) -> dict[str, str]:
    found = {}
    if iteration_name(sprint.name, team.name) != iteration.name:
        found["name"] = sprint.name
    for word, ours, theirs in (
        ("start", iteration.start, day(sprint.start)),
        ("end", iteration.end, last_day(sprint)),
    ):
        if ours is not None and ours != theirs:
            found[word] = theirs.isoformat() if theirs else ""
    return found


def _one(jira: JiraClient, sprint: int) -> Sprint | None:
    try:
        return jira.sprints.get(sprint)
    except NOT_TOLD:
        return None


def _carry_out(cell: Cell, actor: User) -> None:
    jira, pk = jira_for(cell.project.connection), cell.iteration.pk
    if cell.step == CREATE:
        if cell.kind == GONE_THERE:
            edit_part("iteration", pk, actor=actor, values=_link(cell, None))
        new_sprints.make(cell.team, [cell.iteration], actor=actor, project=cell.project)
        return
    sprint = cell.sprint
    if sprint is None:
        return
    if cell.step == LINK:
        edit_part("iteration", pk, actor=actor, values=_link(cell, sprint.id))
    changes = _changes(cell, sprint)
    if changes:
        sprint = jira.sprints.update(sprint.id, **changes)
    mine = links_met_in(cell.project).filter(iteration=cell.iteration, team=cell.team)
    keep(mine, sprint)
    audit.record(
        "sprint.made_equal",
        actor=actor,
        target=cell.iteration,
        connection_id=cell.project.connection_id,
        before={"sprint": cell.sprint.name if cell.sprint else "", **(cell.differs or {})},
        after={"sprint": sprint.name, "id": sprint.id},
    )


def _link(cell: Cell, sprint: int | None) -> dict[str, Any]:
    return sprint_values(cell.team, cell.project.pk, sprint)


def _changes(cell: Cell, sprint: Sprint) -> dict[str, Any]:
    """What Jira is told of the sprint: only what differs, a start only before it has begun."""
    differs = _differs(cell.team, cell.iteration, sprint)
    changes: dict[str, Any] = {}
    if "name" in differs:
        changes["name"] = sprint_name(cell.iteration.name, cell.team.name)
    if "start" in differs and sprint.state == "future":
        changes["start"] = midnight(cell.iteration.start)
    if "end" in differs and cell.iteration.end:
        changes["end"] = midnight(cell.iteration.end + timedelta(days=1))
        if sprint.state == "future" and sprint.start is None:
            changes["start"] = midnight(cell.iteration.start)
    return {name: value for name, value in changes.items() if value is not None}
