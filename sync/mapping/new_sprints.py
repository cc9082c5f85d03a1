"""Creating sprints in Jira for iterations that have none, on request. Never two for one iteration.

Jira has no idempotency key for sprints either: before one is created, and again after an answer that
was lost, the board's open sprints are looked at; one of the very name is that sprint.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

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
from jira_client.client import JiraClient
from jira_client.errors import JiraError
from jira_client.values import Sprint
from planning.models import Iteration, SprintLink, Team
from planning.sprint_names import sprint_name
from planning.structure_editing import edit_part
from sync.pairs.sprint_facts import OPEN, keep
from sync.worker.failpoints import point


def lacking(team: Team) -> list[Iteration]:
    """The iterations of the team's PIs, not over yet, for which it has no sprint."""
    of_art = Q(pi__art=None) | Q(pi__art=team.art_id)
    rows = Iteration.objects.filter(of_art).exclude(sprint_links__team=team)
    ahead = rows.filter(Q(end=None) | Q(end__gte=timezone.localdate()))
    return list(ahead.select_related("pi").order_by("pi__start", "pi__name", "index"))


def make(team: Team, iterations: Iterable[Iteration], *, actor: User) -> list[SprintLink]:
    """A future sprint in the Scrum board of the team's project for each iteration, in this order.

    Raises Refused 409 where the team's project has no Scrum board, or an iteration has its sprint
    already; JiraError, NotReady, SealBroken. What was made before a failure stays made.
    """
    project = team.project
    if project is None or project.board_id is None:
        raise Refused(
            _("%(team)s has no mapped Jira project with a Scrum board.") % {"team": team.name},
            code="no_board",
            status=409,
        )
    must_not_be_in_a_move(project.connection)
    jira = jira_for(project.connection)
    return [_make_one(jira, project, team, one, actor) for one in iterations]


def _make_one(
    jira: JiraClient, project: MappedProject, team: Team, iteration: Iteration, actor: User
) -> SprintLink:
    mine = SprintLink.objects.filter(iteration=iteration, team=team)
    if mine.exists():
        raise Refused(
            _("%(name)s has its sprint already.") % {"name": iteration.name},
            code="has_sprint",
            status=409,
        )
    name = sprint_name(iteration.name, team.name)
    found = _there(jira, project, team, name)
    made = found is None
    sprint = found or _create(jira, project, team, name, iteration)
    point("sprint.created")
    with transaction.atomic():
        sprints = {str(team.pk): sprint.id}
        edit_part("iteration", iteration.pk, actor=actor, values={"sprints": sprints})
        point("sprint.linking")
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


def _there(jira: JiraClient, project: MappedProject, team: Team, name: str) -> Sprint | None:
    """An open sprint of this name that is no iteration of the team yet."""
    taken = set(SprintLink.objects.filter(team=team).values_list("sprint_id", flat=True))
    found = jira.boards.sprints(_board(project), OPEN)
    return next((one for one in found if one.name == name and one.id not in taken), None)


def _create(
    jira: JiraClient, project: MappedProject, team: Team, name: str, iteration: Iteration
) -> Sprint:
    begin = _midnight(iteration.start)
    end = _midnight(iteration.end + timedelta(days=1) if iteration.end else None)
    try:
        return jira.sprints.create(_board(project), name, begin, end)
    except JiraError as error:
        if not error.outcome_unknown:
            raise
        found = _there(jira, project, team, name)
        if found is None:
            raise
        return found


def _board(project: MappedProject) -> int:
    if project.board_id is None:
        raise ValueError("Only called for projects with a Scrum board.")
    return project.board_id


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time())) if day else None
