"""The releases of a mapped project, and making one in Jira."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from ninja import Router

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import answer
from connections.rest.api_answers import explained
from planning.models import Release
from sync.mapping import new_releases
from sync.rest.bodies import ReleaseIn
from sync.rest.project_answers import ReleaseOut, ReleasesOut
from sync.rest.request_params import project_of

router = Router(tags=["sync"])


@router.get(
    "/projects/{uuid:project_id}/releases",
    auth=reader,
    response=ReleasesOut,
    operation_id="sync_api_list_releases",
)
def list_releases(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """What items of the project can be fixed in: its versions, as Jira told them last."""
    rows = Release.objects.filter(project=project_of(project_id))
    return answer(ReleasesOut(items=[ReleaseOut.of(row) for row in rows]))


@router.post(
    "/projects/{uuid:project_id}/releases",
    auth=planner,
    response={201: ReleaseOut},
    operation_id="sync_api_create_release",
)
def create_release(request: HttpRequest, project_id: uuid.UUID, payload: ReleaseIn) -> HttpResponse:
    """Makes the version in Jira; the account needs “Administer Projects” there."""
    project = project_of(project_id)
    with explained(project.connection):
        made = new_releases.make(
            project,
            payload.name,
            actor=actor_of(request),
            start=payload.start,
            release=payload.release,
        )
    return answer(ReleaseOut.of(made), 201)
