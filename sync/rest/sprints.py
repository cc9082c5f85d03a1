"""Sprints made in Jira for iterations of the board."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router

from accounts.bearer_tokens import actor_of, planner
from almconnect.lib.api import Refused, answer
from connections.rest.api_answers import explained
from planning.models import Iteration, Team
from sync.mapping import new_sprints
from sync.rest.bodies import SprintIn
from sync.rest.project_answers import SprintOut
from sync.rest.request_params import project_of

router = Router(tags=["sync"])


@router.post(
    "/iterations/{uuid:iteration_id}/sprints",
    auth=planner,
    response={201: SprintOut},
    operation_id="sync_api_create_sprint",
)
def create_sprint(request: HttpRequest, iteration_id: uuid.UUID, payload: SprintIn) -> HttpResponse:
    """Creates the sprint of one team for this iteration in the team's board in Jira."""
    iteration = get_object_or_404(Iteration.objects.select_related("pi"), pk=iteration_id)
    team = Team.objects.select_related("project__connection").filter(pk=payload.team).first()
    if team is None:
        raise Refused("There is no such team.", fields={"team": ["There is no such team."]})
    project = project_of(payload.project) if payload.project else team.project
    if project is None:
        (made,) = new_sprints.make(team, [iteration], actor=actor_of(request))
    else:
        with explained(project.connection):
            (made,) = new_sprints.make(team, [iteration], actor=actor_of(request), project=project)
    return answer(SprintOut.of(made), 201)
