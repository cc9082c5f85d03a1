"""What the board of a PI shows: teams by iterations, cards, loads and dependencies. Reads only.

The number of queries does not grow with the cards. Backlogs may be endless, so only their first cards
are read; the list of items shows the rest.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Q, QuerySet

from connections.models import MappedProject
from planning import own_projects
from planning.cards import Card, Planned, card_of
from planning.models import Art, Iteration, Link, Pi, Team, TeamBoard, WorkItem
from planning.rank import order_of

MOST_PLANNED: Final = 3000
MOST_BACKLOG: Final = 400
LEAST_OF_A_TEAM: Final = 10


@dataclass(slots=True)
class Cell:
    """`iteration` is None in the backlog column, `team` in the row of what no team has taken."""

    team: Team | None
    iteration: Iteration | None
    cards: list[Card] = field(default_factory=list)
    cut: bool = False  # there are more than are shown

    @property
    def load(self) -> float:
        return sum(card.points or 0 for card in self.cards)


@dataclass(slots=True)
class Row:
    team: Team | None
    cells: list[Cell]
    backlog: Cell


@dataclass(frozen=True, slots=True)
class Column:
    iteration: Iteration
    load: float
    count: int


@dataclass(frozen=True, slots=True)
class Dependency:
    """`order`: pass where the source is planned before the target, warning in the same iteration,
    fail after it, not_checked where one of them is not planned.
    """

    id: uuid.UUID
    source: Card
    target: Card
    type: str
    order: str


@dataclass(frozen=True, slots=True)
class Board:
    columns: Sequence[Column]
    rows: Sequence[Row]
    dependencies: Sequence[Dependency]
    cards: int
    cut: bool

    @property
    def load(self) -> float:
        return sum(column.load for column in self.columns)


def lay_out(art: Art | None, pi: Pi | None, teams: Sequence[Team]) -> Board:
    """The board of `pi` (or only the backlog, without one) for `teams` of `art`, or of all."""
    iterations = list(pi.iterations.order_by("index")) if pi else []
    items, cut = _items(art, iterations, teams)
    projects = _projects(items)
    cards = {item.pk: card_of(item, projects.get(item.project_id)) for item in items}
    rows = [_row(team, iterations) for team in teams]
    rest = _row(None, iterations)
    cells = {
        (cell.team and cell.team.pk, cell.iteration and cell.iteration.pk): cell
        for row in (*rows, rest)
        for cell in (*row.cells, row.backlog)
    }
    shown = {team.pk for team in teams}
    for item in sorted(items, key=order_of):
        team_id = item.team_id if item.team_id in shown else None
        cells[team_id, item.iteration_id].cards.append(cards[item.pk])
    for row in (*rows, rest):
        row.backlog.cut = cut and bool(row.backlog.cards)
    if any(cell.cards for cell in (*rest.cells, rest.backlog)):
        rows.append(rest)
    return Board(
        columns=_columns(iterations, rows),
        rows=rows,
        dependencies=_dependencies(items, cards, iterations),
        cards=len(cards),
        cut=cut,
    )


def _row(team: Team | None, iterations: Sequence[Iteration]) -> Row:
    return Row(team, [Cell(team, iteration) for iteration in iterations], Cell(team, None))


def _items(
    art: Art | None, iterations: Sequence[Iteration], teams: Sequence[Team]
) -> tuple[list[Planned], bool]:
    """The cards to show, and whether backlog cards were left out."""
    live = WorkItem.objects.live()
    planned = live.filter(iteration__in=iterations) if iterations else live.none()
    loose = live.filter(team=None, iteration=None)
    if art:
        planned = planned.filter(Q(team__in=teams) | Q(team=None))
        loose = loose.filter(Q(project__in=_projects_of(art, teams)) | Q(project=None))
    taken = live.filter(team__in=teams, iteration=None)
    backlog = _read(taken, MOST_BACKLOG + 1)
    cut = len(backlog) > MOST_BACKLOG
    if cut:  # one team's endless backlog must not hide another's
        share = max(LEAST_OF_A_TEAM, MOST_BACKLOG // len(teams))
        backlog = [item for team in teams for item in _read(taken.filter(team=team), share)]
    unclaimed = _read(loose, MOST_BACKLOG + 1)
    cut = cut or len(unclaimed) > MOST_BACKLOG
    return [*_read(planned, MOST_PLANNED), *backlog, *unclaimed[:MOST_BACKLOG]], cut


def _read(rows: QuerySet[WorkItem], most: int) -> list[Planned]:
    return [Planned(*row) for row in rows.values_list(*Planned._fields)[:most]]


def _projects_of(art: Art, teams: Sequence[Team]) -> list[uuid.UUID]:
    """The ART's own projects, and those in which its teams work."""
    found = {*own_projects.ids_of(art), *(team.project_id for team in teams)}
    found |= set(TeamBoard.objects.filter(team__in=teams).values_list("project_id", flat=True))
    return [key for key in found if key]


def _projects(items: Iterable[Planned]) -> dict[uuid.UUID | None, MappedProject]:
    wanted = {item.project_id for item in items if item.project_id}
    rows: QuerySet[MappedProject] = MappedProject.objects.select_related("connection").only(
        "direction", "connection__base_url"
    )
    return {project.pk: project for project in rows.filter(pk__in=wanted)} if wanted else {}


def _columns(iterations: Sequence[Iteration], rows: Sequence[Row]) -> list[Column]:
    return [
        Column(
            iteration,
            load=sum(row.cells[place].load for row in rows),
            count=sum(len(row.cells[place].cards) for row in rows),
        )
        for place, iteration in enumerate(iterations)
    ]


def _dependencies(
    items: Sequence[Planned], cards: dict[uuid.UUID, Card], iterations: Sequence[Iteration]
) -> list[Dependency]:
    """Links whose both ends are on the board, those in trouble first."""
    place = {iteration.pk: iteration.index for iteration in iterations}
    planned = {item.pk: place.get(item.iteration_id) for item in items if item.iteration_id}
    found = [
        Dependency(
            link.pk,
            cards[link.source_id],
            cards[link.target_id],
            link.type,
            _order(planned.get(link.source_id), planned.get(link.target_id)),
        )
        for link in Link.objects.filter(deleted=None, source__in=list(cards))
        if link.target_id in cards
    ]
    worst = {"fail": 0, "warning": 1, "not_checked": 2, "pass": 3}
    return sorted(found, key=lambda one: (worst[one.order], one.source.key, one.source.summary))


def _order(source: int | None, target: int | None) -> str:
    if source is None or target is None:
        return "not_checked"
    if source < target:
        return "pass"
    return "warning" if source == target else "fail"
