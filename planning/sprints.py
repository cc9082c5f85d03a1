"""Which sprint an iteration is, for each team: `{team id: sprint id}`.

That is the sprint in the project that the team points at. Where a team works in further projects, each
with a board of its own, their sprints are told as rows: `{"team", "project", "sprint"}`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from celery import current_app
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from almconnect.lib.enqueue import enqueue
from connections.models import MappedProject
from planning.item_validation import refused
from planning.models import Iteration, SprintLink, Team
from planning.rules import Unfit, reference

PLACE: Final = "sync.place"  # the task's name: planning must not import sync
LARGEST = 2_147_483_647  # what the column holds; Jira counts from 1


def read_sprints(iteration: Iteration) -> dict[str, int]:
    """Team id → sprint id. Uses what was prefetched."""
    return {
        str(link.team_id): link.sprint_id
        for link in iteration.sprint_links.all()
        if link.project_id is None
    }


def read_further_sprints(iteration: Iteration) -> list[dict[str, Any]]:
    """The sprints on boards of further projects: team, project and sprint id. Uses what was prefetched."""
    return [
        {"team": str(link.team_id), "project": str(link.project_id), "sprint": link.sprint_id}
        for link in iteration.sprint_links.all()
        if link.project_id is not None
    ]


def sprint_values(team: Team, project: uuid.UUID, sprint: int | None) -> dict[str, Any]:
    """What `edit_part` takes to make this sprint the iteration for the team in the project."""
    if team.project_id == project:
        return {"sprints": {str(team.pk): sprint}}
    row = {"team": str(team.pk), "project": str(project), "sprint": sprint}
    return {"further_sprints": [row]}


def read_drift(iteration: Iteration) -> dict[str, dict[str, str]]:
    """Team id → where its sprint in Jira differs from the iteration. Uses what was prefetched."""
    drift = {
        str(link.team_id): link.drift
        for link in iteration.sprint_links.all()
        if link.project_id is None
    }
    return {team: found for team, found in drift.items() if found}


def set_sprints(iteration: Iteration, sprints: Any) -> None:
    """Set the named teams' sprints; None takes a team's away; teams not named keep theirs.

    Raises Refused (422) for an unknown team, for what is no id, and for a sprint that is another
    iteration of the same team already.
    """
    if not isinstance(sprints, Mapping):
        raise refused({"sprints": [_("Sprints are an object: team id → sprint id.")]})
    wanted = {_team_key(team): _sprint_id(sprint) for team, sprint in sprints.items()}
    _set(iteration, {(team, None): sprint for team, sprint in wanted.items()})


def set_further_sprints(iteration: Iteration, rows: Any) -> None:
    """Set the sprints of these teams in these projects; None takes one away; the others stay.

    Raises Refused (422) as `set_sprints`, for an unknown project, and for the one that the team points
    at: its sprint is among `sprints`.
    """
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        words = _("Further sprints are a list of objects with team, project and sprint.")
        raise refused({"further_sprints": [words]})
    wanted: dict[tuple[uuid.UUID, uuid.UUID | None], int | None] = {
        (_team_key(row.get("team")), _project_key(row.get("project"))): _sprint_id(
            row.get("sprint")
        )
        for row in rows
    }
    own = Team.objects.filter(pk__in=[team for team, _project in wanted])
    if any((team.pk, team.project_id) in wanted for team in own):
        words = _("The sprint of a team's own project stands among the sprints.")
        raise refused({"further_sprints": [words]})
    _set(iteration, wanted)


def _set(
    iteration: Iteration, wanted: Mapping[tuple[uuid.UUID, uuid.UUID | None], int | None]
) -> None:
    teams = {team for team, _project in wanted}
    known = set(Team.objects.filter(pk__in=teams).values_list("pk", flat=True))
    if teams - known:
        raise refused({"sprints": [_("There is no such team.")]})
    for team, project in wanted:
        SprintLink.objects.filter(iteration=iteration, team=team, project=project).delete()
    links = [
        SprintLink(iteration=iteration, team_id=team, project_id=project, sprint_id=sprint)
        for (team, project), sprint in wanted.items()
        if sprint is not None
    ]
    try:
        with transaction.atomic():
            SprintLink.objects.bulk_create(links)
    except IntegrityError as problem:
        words = _("A sprint can be only one iteration of a team: it is another one's already.")
        raise refused({"sprints": [words]}) from problem
    iteration.__dict__.get("_prefetched_objects_cache", {}).clear()
    own = Team.objects.filter(pk__in=teams, project__isnull=False)
    projects = set(own.values_list("project_id", flat=True))
    for project in projects | {project for _team, project in wanted if project}:
        # Items that were read in these sprints before take their place now, not at the next poll.
        enqueue(current_app.signature(PLACE), project)


def _project_key(value: Any) -> uuid.UUID:
    try:
        key = reference(value)
    except Unfit:
        key = None
    if key is None or not MappedProject.objects.filter(pk=key).exists():
        raise refused({"further_sprints": [_("There is no such project.")]})
    return uuid.UUID(key)


def _team_key(value: Any) -> uuid.UUID:
    try:
        key = reference(value)
    except Unfit:
        key = None
    if key is None:
        raise refused({"sprints": [_("There is no such team.")]})
    return uuid.UUID(key)


def _sprint_id(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 11:
        value = int(value)  # other tools, and Jira itself in places, write ids as text
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST:
        raise refused({"sprints": [_("A sprint's id is a number above 0.")]})
    return int(value)
