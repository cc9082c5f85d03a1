"""Mapped projects: mapping, changing, unmapping, checking, and beginning a run over one."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import Listing, answer, listed
from connections.models import Connection
from connections.rest.api_answers import explained
from sync.mapping import mapping_check, project_mapping
from sync.models import RunKind
from sync.rest.bodies import ProjectIn, ProjectPatch
from sync.rest.project_answers import (
    CheckedOut,
    ProjectOut,
    ProjectsOut,
    RunOut,
)
from sync.rest.request_params import project_of
from sync.runs import project_runs
from sync.worker.wake import WORK, wake

router = Router(tags=["sync"])


@router.get(
    "/connections/{uuid:connection_id}/projects",
    auth=reader,
    response=ProjectsOut,
    by_alias=True,
    operation_id="sync_api_list_projects",
)
def list_projects(
    request: HttpRequest, connection_id: uuid.UUID, query: Query[Listing]
) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    return listed(connection.projects.all(), ProjectOut.of, cursor=query.cursor, limit=query.limit)


@router.post(
    "/connections/{uuid:connection_id}/projects",
    auth=planner,
    response={201: ProjectOut},
    by_alias=True,
    operation_id="sync_api_map_project",
)
def map_project(request: HttpRequest, connection_id: uuid.UUID, payload: ProjectIn) -> HttpResponse:
    """Maps the project with what its metadata proposes, and starts its import."""
    connection = get_object_or_404(Connection, pk=connection_id)
    values = payload.model_dump()
    maps = {name: values.pop(name) for name in project_mapping.MAPS}
    with explained(connection):
        project, _ = project_mapping.map_project(
            connection,
            values.pop("project_key"),
            actor=actor_of(request),
            maps={name: entries for name, entries in maps.items() if entries},
            **values,
        )
    return answer(ProjectOut.of(project), 201)


@router.get(
    "/projects/{uuid:project_id}",
    auth=reader,
    response=ProjectOut,
    by_alias=True,
    operation_id="sync_api_get_project",
)
def get_project(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    return answer(ProjectOut.of(project_of(project_id)))


@router.patch(
    "/projects/{uuid:project_id}",
    auth=planner,
    response=ProjectOut,
    by_alias=True,
    operation_id="sync_api_change_project",
)
def change_project(
    request: HttpRequest, project_id: uuid.UUID, payload: ProjectPatch
) -> HttpResponse:
    project = project_of(project_id)
    values = payload.model_dump(exclude_unset=True, by_alias=True)
    with explained(project.connection):
        project_mapping.change(project, actor=actor_of(request), values=values)
    return answer(ProjectOut.of(project_of(project_id)))


@router.delete(
    "/projects/{uuid:project_id}",
    auth=planner,
    response={204: None},
    operation_id="sync_api_unmap_project",
)
def unmap_project(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """The items stay on the board; nothing changes in Jira."""
    project_mapping.unmap(project_of(project_id), actor=actor_of(request))
    return HttpResponse(status=204)


@router.post(
    "/projects/{uuid:project_id}/import",
    auth=planner,
    response={202: RunOut},
    by_alias=True,
    operation_id="sync_api_start_import",
)
def start_import(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    return _start(project_id, RunKind.IMPORT)


@router.post(
    "/projects/{uuid:project_id}/reconcile",
    auth=planner,
    response={202: RunOut},
    by_alias=True,
    operation_id="sync_api_start_reconcile",
)
def start_reconcile(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    return _start(project_id, RunKind.RECONCILE)


@router.post(
    "/projects/{uuid:project_id}/dry-run",
    auth=planner,
    response={202: RunOut},
    by_alias=True,
    operation_id="sync_api_start_dry_run",
)
def start_dry_run(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """What a sync would change on either side; the run's `findings` say it, nothing is changed."""
    return _start(project_id, RunKind.DRY_RUN)


def _start(project_id: uuid.UUID, kind: RunKind) -> HttpResponse:
    run = project_runs.request(project_of(project_id), kind)
    wake(WORK, run.pk)
    return answer(RunOut.of(run), 202)


@router.get(
    "/projects/{uuid:project_id}/mapping-check",
    auth=reader,
    response=CheckedOut,
    operation_id="sync_api_check_mapping",
)
def check_mapping(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """What of the project's screens, required fields and workflows does not fit its mapping."""
    project = project_of(project_id)
    with explained(project.connection):
        checked = mapping_check.check(project)
    return answer(CheckedOut.of(checked))
