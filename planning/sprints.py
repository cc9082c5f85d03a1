"""Which sprint an iteration is, for each team: `{team id: sprint id}`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from celery import current_app
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from almconnect.lib.enqueue import enqueue
from planning.item_validation import refused
from planning.models import Iteration, SprintLink, Team
from planning.rules import Unfit, reference

PLACE: Final = "sync.place"  # the task's name: planning must not import sync
LARGEST = 2_147_483_647  # what the column holds; Jira counts from 1


def read_sprints(iteration: Iteration) -> dict[str, int]:
    """Team id → sprint id. Uses what was prefetched."""
    return {str(link.team_id): link.sprint_id for link in iteration.sprint_links.all()}


def read_drift(iteration: Iteration) -> dict[str, dict[str, str]]:
    """Team id → where its sprint in Jira differs from the iteration. Uses what was prefetched."""
    drift = {str(link.team_id): link.drift for link in iteration.sprint_links.all()}
    return {team: found for team, found in drift.items() if found}


def set_sprints(iteration: Iteration, sprints: Any) -> None:
    """Set the named teams' sprints; None takes a team's away; teams not named keep theirs.

    Raises Refused (422) for an unknown team, for what is no id, and for a sprint that is another
    iteration of the same team already.
    """
    if not isinstance(sprints, Mapping):
        raise refused({"sprints": [_("Sprints are an object: team id → sprint id.")]})
    wanted = {_team_key(team): _sprint_id(sprint) for team, sprint in sprints.items()}
    known = set(Team.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if set(wanted) - known:
        raise refused({"sprints": [_("There is no such team.")]})
    SprintLink.objects.filter(iteration=iteration, team__in=wanted).delete()
    links = [
        SprintLink(iteration=iteration, team_id=team, sprint_id=sprint)
        for team, sprint in wanted.items()
        if sprint is not None
    ]
    try:
        with transaction.atomic():
            SprintLink.objects.bulk_create(links)
    except IntegrityError as problem:
        words = _("A sprint can be only one iteration of a team: it is another one's already.")
        raise refused({"sprints": [words]}) from problem
    iteration.__dict__.get("_prefetched_objects_cache", {}).clear()
    for project in Team.objects.filter(pk__in=wanted, project__isnull=False).values_list(
        "project_id", flat=True
    ):
        # Items that were read in these sprints before take their place now, not at the next poll.
        enqueue(current_app.signature(PLACE), project)


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
