"""Where a PI is planned: its teams, each in every project in which it works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connections.models import MappedProject
from planning.models import Pi, Team, TeamBoard


@dataclass(frozen=True, slots=True)
class Place:
    """A team in one of its projects. `board_id`: of its sprints there; `on_purpose`: none was chosen for
    it, as it has no sprints there.
    """

    team: Team
    project: MappedProject
    board_id: int | None
    on_purpose: bool = False


def teams_of(pi: Pi) -> list[Team]:
    """The teams of the PI's ART, or all where it has none, by name."""
    rows = Team.objects.select_related("project__connection")
    return list(rows.filter(art=pi.art_id) if pi.art_id else rows)


def places_of(teams: Sequence[Team]) -> list[Place]:
    """Each of these teams, as `teams_of` answers them, in each of its projects. One query."""
    rows = TeamBoard.objects.filter(team__in=teams).select_related("project__connection")
    chosen = {(row.team_id, row.project_id): row for row in rows}
    found: list[Place] = []
    for team in teams:
        own = team.project
        if own is not None and (team.pk, own.pk) not in chosen:
            found.append(Place(team, own, own.board_id))
        found += [
            Place(team, row.project, row.board_id, row.board_id is None)
            for row in chosen.values()
            if row.team_id == team.pk
        ]
    return sorted(found, key=lambda place: (place.team.name, place.project.key))
