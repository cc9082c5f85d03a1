"""Taking a Scrum board's open sprints over as the iterations of a PI, for the team of a mapped project.

Jira is read only. The board's own verbs write iterations and their sprints, so that the change feed
and the audit trail tell of them. Safe to repeat: a sprint that is taken over already stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.access.gateway import jira_for
from connections.models import MappedProject
from jira_client.values import Sprint
from planning.models import Iteration, Pi, Team
from planning.sprint_names import iteration_name
from planning.sprints import sprint_values
from planning.structure_editing import add_part, edit_part
from planning.team_boards import board_of, links_met_in, links_of, sprints_at
from sync.models import Run, RunKind, RunState
from sync.pairs.sprint_facts import day, keep, last_day
from sync.runs import project_runs
from sync.worker.wake import WORK, wake

OPEN = ("active", "future")


@dataclass(frozen=True, slots=True)
class Pair:
    """A sprint and the iteration that it is; None: one has to be made."""

    sprint: Sprint
    iteration: Iteration | None


def open_sprints(project: MappedProject, team: Team | None = None) -> list[Sprint]:
    """The active and future sprints of the team's board in the project, or without a team of the
    mapping's, in the order in which they are worked. Empty without such a board.

    Raises JiraError, NotReady, SealBroken.
    """
    board = board_of(team, project) if team else project.board_id
    if board is None:
        return []
    found = jira_for(project.connection).boards.sprints(board, OPEN)
    return sorted((one for one in found if one.state in OPEN), key=_order)


def left_to_adopt(project: MappedProject, team: Team) -> list[Sprint]:
    """The open sprints that are no iteration of `team` yet.

    Raises Refused (409) without a Scrum board or its sprints, JiraError, NotReady, SealBroken.
    """
    sprints = open_sprints(project, team)
    if not sprints:
        raise Refused(
            _(
                "%(team)s has no board with an open sprint in %(key)s. Create the sprints in Jira, or "
                "plan the PI on the board and set its sprints there."
            )
            % {"team": team.name, "key": project.key},
            code="no_sprints",
            status=409,
        )
    taken = sprints_taken(project, team)
    return [one for one in sprints if one.id not in taken]


def sprints_taken(project: MappedProject, team: Team) -> set[int]:
    """The sprints of the project's Jira that are iterations of the team, by id."""
    links = links_met_in(project).filter(team=team)
    return set(links.values_list("sprint_id", flat=True))


def adopt(
    project: MappedProject,
    team: Team,
    pi: Pi,
    actor: User,
    *,
    found: Sequence[Sprint] | None = None,
) -> int:
    """Make the open sprints the iterations of `pi` for `team`; how many were taken over now.

    Items get their iteration when their issues are read the next time, which is asked for here.
    `found`: what `left_to_adopt` answered just now. Raises what that raises.
    """
    left = left_to_adopt(project, team) if found is None else found
    with transaction.atomic():
        places = [(team.pk, project.pk)]
        taken = sprints_at(places).get(places[0], {})
        free = pi.iterations.exclude(pk__in=list(taken)).order_by("index")
        pairs = pair(left, list(free))
        for one in pairs:
            _link(one, team, project, pi, actor)
        if pairs:
            _frame(pi, [one.sprint for one in pairs], actor)
            audit.record(
                "project.sprints_adopted",
                actor=actor,
                target=project,
                connection_id=project.connection_id,
                after={"pi": pi.name, "team": team.name, "sprints": [p.sprint.name for p in pairs]},
            )
    if pairs:
        read_again(project)
    return len(pairs)


def read_again(project: MappedProject) -> None:
    """Have every issue read once more, unless an import that has not begun will do that anyway."""
    MappedProject.objects.filter(pk=project.pk).update(poll_due=timezone.now())
    to_come = Run.objects.filter(
        project=project, kind=RunKind.IMPORT, state=RunState.WAITING, started=None
    )
    if not to_come.exists():
        wake(WORK, project_runs.request(project, RunKind.RECONCILE).pk)


def pair(sprints: Sequence[Sprint], iterations: Sequence[Iteration]) -> list[Pair]:
    """Which sprint is which iteration: by their days where both have some, else by their order.

    Another team may have taken its sprints over weeks ago, so the first open sprint need not be the
    PI's first iteration.
    """
    left = list(iterations)
    pairs: list[Pair] = []
    for sprint in sprints:
        found = next((one for one in left if _fits(sprint, one)), None)
        if found is not None:
            left.remove(found)
        pairs.append(Pair(sprint, found))
    return pairs


def suggested_pi(sprints: Sequence[Sprint]) -> str:
    """A name for a PI that holds these sprints: the year and quarter in which they begin."""
    first = next((day(one.start) for one in sprints if one.start), None) or timezone.localdate()
    return f"PI {first.year}.{(first.month - 1) // 3 + 1}"


def _order(sprint: Sprint) -> tuple[bool, str, list[tuple[int, str]], int]:
    """By start; those without dates come last, by name with numbers counted (“S 9” before “S 10”)."""
    parts = [(int(part), "") if part.isdigit() else (0, part.lower())
             for part in re.findall(r"\d+|\D+", sprint.name)]  # fmt: skip
    start = sprint.start.isoformat() if sprint.start else ""
    return sprint.start is None, start, parts, sprint.id


def _fits(sprint: Sprint, iteration: Iteration) -> bool:
    first, last = day(sprint.start), last_day(sprint)
    if not (first and last and iteration.start and iteration.end):
        return True  # the order decides
    both = (min(last, iteration.end) - max(first, iteration.start)).days + 1
    return both * 2 > (last - first).days + 1


def _link(one: Pair, team: Team, project: MappedProject, pi: Pi, actor: User) -> None:
    sprint, iteration = one.sprint, one.iteration
    sprints = sprint_values(team, project.pk, sprint.id)
    if iteration is None:
        name = iteration_name(sprint.name, team.name)
        first, last = day(sprint.start), last_day(sprint)
        values = {"pi": pi.pk, "name": name, "start": first, "end": last, **sprints}
        iteration_id = add_part("iteration", actor=actor, values=values).pk
    else:
        iteration_id = iteration.pk
        edit_part("iteration", iteration_id, actor=actor, values=sprints)
    keep(links_of(project).filter(iteration_id=iteration_id, team=team), sprint)


def _frame(pi: Pi, sprints: Sequence[Sprint], actor: User) -> None:
    """A PI without dates gets those of its sprints."""
    starts = [first for first in (day(one.start) for one in sprints) if first]
    ends = [last for last in (last_day(one) for one in sprints) if last]
    if pi.start is None and pi.end is None and starts and ends:
        values = {"start": min(starts), "end": max(ends)}
        edit_part("pi", pi.pk, actor=actor, values=values)
