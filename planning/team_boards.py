"""Which teams work in a mapped project, and which Jira board holds a team's sprints there.

A team works in the project that it points at, in those where a board was chosen for it, and in those
whose issues name it. Must not speak Jira: boards are ids here.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from connections.models import MappedProject
from planning.models import SprintLink, Team, TeamBoard


def teams_in(project: MappedProject) -> QuerySet[Team]:
    """The teams that work in the project, by name."""
    return Team.objects.filter(
        Q(project=project) | Q(boards__project=project) | Q(pk__in=_named(project))
    ).distinct()


def teams_of_its_own(project: MappedProject) -> QuerySet[Team]:
    """The teams that work in the project whether or not its issues name them, by name."""
    return Team.objects.filter(Q(project=project) | Q(boards__project=project)).distinct()


def board_of(team: Team, project: MappedProject) -> int | None:
    """The board of the team's sprints in the project; None: it has none there."""
    return boards_in(project, [team.pk])[team.pk]


def boards_in(project: MappedProject, teams: Iterable[uuid.UUID]) -> dict[uuid.UUID, int | None]:
    """Team id → the board of its sprints in the project, for each of these teams. One query."""
    chosen = dict(TeamBoard.objects.filter(project=project).values_list("team_id", "board_id"))
    return {team: chosen.get(team, project.board_id) for team in teams}


def boards_used(project: MappedProject) -> set[int]:
    """The boards on which any team's sprints of the project are, and the mapping's own."""
    chosen = TeamBoard.objects.filter(project=project).exclude(board_id=None)
    used = set(chosen.values_list("board_id", flat=True)) | {project.board_id}
    return {board for board in used if board is not None}


def links_of(project: MappedProject) -> QuerySet[SprintLink]:
    """The sprints on the project's boards that are iterations."""
    own = Q(project=None, team__project=project)
    nowhere_else = Q(project=None, team__project=None, team__in=_named(project))
    return SprintLink.objects.filter(Q(project=project) | own | nowhere_else)


def links_met_in(project: MappedProject) -> QuerySet[SprintLink]:
    """The sprints that an issue of the project may be in: those of its teams on any board of its Jira."""
    same_jira = Q(project__connection=project.connection_id) | Q(
        project=None, team__project__connection=project.connection_id
    )
    homeless = Q(project=None, team__project=None)
    return SprintLink.objects.filter(
        same_jira | homeless, team__in=teams_in(project).order_by().values("pk")
    )


Place = tuple[uuid.UUID, uuid.UUID]  # a team, and a project in which it works


def sprints_at(places: Iterable[Place]) -> dict[Place, dict[str, int]]:
    """For each place: iteration id → the sprint that it is for the team's items of the project.

    That is the sprint on the team's board there. A board may span projects, so it may have been linked
    for another one of them; where no board was chosen for the team in the project, any sprint that is the
    iteration in this Jira will do. Three queries, or one where the teams have no sprints.
    """
    wanted = set(places)
    teams = {team for team, _ in wanted}
    rows = SprintLink.objects.filter(team__in=teams).select_related("team").order_by("pk")
    links: dict[uuid.UUID, list[tuple[SprintLink, uuid.UUID | None]]] = {}
    for link in rows:
        links.setdefault(link.team_id, []).append((link, link.project_id or link.team.project_id))
    if not links:
        return {}
    boards = _Boards(teams, {project for _, project in wanted} | _projects(links))
    return {
        (team, project): _sprints(boards, links[team], team, project)
        for team, project in wanted
        if team in links
    }


def _projects(
    links: dict[uuid.UUID, list[tuple[SprintLink, uuid.UUID | None]]],
) -> set[uuid.UUID]:
    return {where for some in links.values() for _, where in some if where}


def _sprints(
    boards: _Boards,
    links: list[tuple[SprintLink, uuid.UUID | None]],
    team: uuid.UUID,
    project: uuid.UUID,
) -> dict[str, int]:
    here: dict[str, int] = {}
    elsewhere: dict[str, int] = {}
    for link, where in links:
        if where is None or where == project:
            here[str(link.iteration_id)] = link.sprint_id
        elif boards.may_share(team, project, where):
            elsewhere.setdefault(str(link.iteration_id), link.sprint_id)
    return {**elsewhere, **here}


class _Boards:
    """The boards of some teams in some projects, and whose Jira each project is of."""

    def __init__(self, teams: Iterable[uuid.UUID], projects: Iterable[uuid.UUID]) -> None:
        chosen = TeamBoard.objects.filter(team__in=teams)
        self._chosen: dict[Place, int | None] = {
            (team, project): board
            for team, project, board in chosen.values_list("team_id", "project_id", "board_id")
        }
        mapped = MappedProject.objects.filter(pk__in=projects)
        self._mapped = {
            project: (connection, board)
            for project, connection, board in mapped.values_list("pk", "connection_id", "board_id")
        }

    def may_share(self, team: uuid.UUID, project: uuid.UUID, other: uuid.UUID) -> bool:
        """Whether the team's items of `project` may go into its sprints of `other`."""
        if self._jira(project) != self._jira(other):
            return False
        if (team, project) not in self._chosen:
            return True
        board = self._chosen[(team, project)]
        return board is not None and board == self._board(team, other)

    def _jira(self, project: uuid.UUID) -> uuid.UUID | None:
        return self._mapped[project][0] if project in self._mapped else None

    def _board(self, team: uuid.UUID, project: uuid.UUID) -> int | None:
        if (team, project) in self._chosen:
            return self._chosen[(team, project)]
        return self._mapped[project][1] if project in self._mapped else None


def _named(project: MappedProject) -> list[str]:
    """The teams that the project's issues name, by id; of boards the rows say it."""
    return list(project.team_source.get("values", ()))
