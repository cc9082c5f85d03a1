"""Creating sprints in Jira for iterations that have none, on request. Never two for one iteration.

Jira has no idempotency key for sprints either: before one is created, and again after an answer that
was lost, the board's open sprints are looked at; one of the very name is that sprint.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.access.gateway import jira_for
from connections.access.readiness import must_not_be_in_a_move
from connections.models import MappedProject
from connections.setup.quiet_window import must_not_be_quiet
from jira_client.client import JiraClient
from jira_client.errors import JiraError
from jira_client.values import Sprint
from planning.models import Iteration, SprintLink, Team
from planning.sprint_names import sprint_name
from planning.sprints import sprint_values
from planning.structure_editing import edit_part
from planning.team_boards import board_of, links_of, sprints_at
from sync.mapping.sprints import sprints_taken
from sync.pairs.sprint_facts import OPEN, keep, midnight
from sync.worker.failpoints import point


def lacking(team: Team, project: MappedProject | None = None) -> list[Iteration]:
    """The iterations of the team's PIs, not over yet, for which it has no sprint in the project.

    `project`: the one that the team points at where none is named. Empty where it has no project.
    """
    where = project or team.project
    if where is None:
        return []
    of_art = Q(pi__art=None) | Q(pi__art=team.art_id)
    place = (team.pk, where.pk)
    rows = Iteration.objects.filter(of_art).exclude(pk__in=list(sprints_at([place]).get(place, {})))
    ahead = rows.filter(Q(end=None) | Q(end__gte=timezone.localdate()))
    return list(ahead.select_related("pi").order_by("pi__start", "pi__name", "index"))


def make(
    team: Team,
    iterations: Iterable[Iteration],
    *,
    actor: User,
    project: MappedProject | None = None,
) -> list[SprintLink]:
    """A future sprint in the team's board for each iteration, in this order.

    `project`: in which of its projects; the one that the team points at where none is named. Raises
    Refused 409 where the team has no board there, or an iteration has its sprint already; JiraError,
    NotReady, SealBroken. What was made before a failure stays made.
    """
    project = project or team.project
    board = board_of(team, project) if project is not None else None
    if project is None or board is None:
        raise Refused(
            _("%(team)s has no mapped Jira project with a Scrum board.") % {"team": team.name},
            code="no_board",
            status=409,
        )
    must_not_be_in_a_move(project.connection)
    must_not_be_quiet(project.connection)
    jira = jira_for(project.connection)
    place = _Place(jira, project, team, board)
    return [_make_one(place, one, actor) for one in iterations]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the sprints are made: the team's board in one of its projects."""

    jira: JiraClient
    project: MappedProject
    team: Team
    board: int


def _make_one(place: _Place, iteration: Iteration, actor: User) -> SprintLink:
    project, team = place.project, place.team
    at = (team.pk, project.pk)
    if str(iteration.pk) in sprints_at([at]).get(at, {}):
        raise Refused(
            _("%(name)s has its sprint already.") % {"name": iteration.name},
            code="has_sprint",
            status=409,
        )
    name = sprint_name(iteration.name, team.name)
    found = _there(place, name)
    made = found is None
    sprint = found or _create(place, name, iteration)
    point("sprint.created")
    with transaction.atomic():
        values = sprint_values(team, project.pk, sprint.id)
        edit_part("iteration", iteration.pk, actor=actor, values=values)
        point("sprint.linking")
        mine = links_of(project).filter(iteration=iteration, team=team)
        keep(mine, sprint)
        audit.record(
            "sprint.created" if made else "sprint.adopted",
            actor=actor,
            target=iteration,
            connection_id=project.connection_id,
            after={"team": team.name, "sprint": sprint.name, "id": sprint.id},
        )
    point("sprint.linked")
    return mine.select_related("iteration__pi", "team").get()


def _there(place: _Place, name: str) -> Sprint | None:
    """An open sprint of this name that is no iteration of the team yet."""
    taken = sprints_taken(place.project, place.team)
    found = place.jira.boards.sprints(place.board, OPEN)
    return next((one for one in found if one.name == name and one.id not in taken), None)


def _create(place: _Place, name: str, iteration: Iteration) -> Sprint:
    begin = midnight(iteration.start)
    end = midnight(iteration.end + timedelta(days=1) if iteration.end else None)
    try:
        return place.jira.sprints.create(place.board, name, begin, end)
    except JiraError as error:
        if not error.outcome_unknown:
            raise
        found = _there(place, name)
        if found is None:
            raise
        return found
