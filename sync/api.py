"""The REST API of mapped projects and of the sync: shapes and status codes; the verbs do the work."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from accounts.tokens import actor_of, planner, reader
from almconnect.lib.api import Refused, answer, page
from connections.api_answers import explained
from connections.models import Connection, MappedProject
from planning.models import Change, ChangeState, Iteration, Team, WorkItem
from sync import (
    brake,
    conflicts,
    importing,
    mapped,
    mapping_check,
    replay,
    shapes,
    sprint_making,
    trace,
)
from sync.answers import (
    BrakeOut,
    BrakesOut,
    ChangeOut,
    ChangesOut,
    CheckedOut,
    ConflictOut,
    ConflictsOut,
    DeliveriesOut,
    DeliveryOut,
    ProjectOut,
    ProjectsOut,
    ReplayedOut,
    RunOut,
    SprintOut,
    StatusOut,
    TraceOut,
)
from sync.bodies import (
    DecisionIn,
    Listing,
    ProjectIn,
    ProjectPatch,
    ReplayIn,
    SprintIn,
    StateListing,
    TakeIn,
)
from sync.models import Brake, Conflict, Delivery, DeliveryState, Run, RunKind
from sync.status import status_of
from sync.wake import WORK, wake

router = Router(tags=["sync"])


def _project(project_id: uuid.UUID) -> MappedProject:
    return get_object_or_404(MappedProject.objects.select_related("connection"), pk=project_id)


@router.get(
    "/connections/{uuid:connection_id}/projects", auth=reader, response=ProjectsOut, by_alias=True
)
def list_projects(
    request: HttpRequest, connection_id: uuid.UUID, query: Query[Listing]
) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    rows, cursor = page(connection.projects.all(), cursor=query.cursor, limit=query.limit)
    return answer({"items": [shapes.project(row) for row in rows], "next": cursor})


@router.post(
    "/connections/{uuid:connection_id}/projects",
    auth=planner,
    response={201: ProjectOut},
    by_alias=True,
)
def map_project(request: HttpRequest, connection_id: uuid.UUID, payload: ProjectIn) -> HttpResponse:
    """Maps the project with what its metadata proposes, and starts its import."""
    connection = get_object_or_404(Connection, pk=connection_id)
    values = payload.model_dump()
    maps = {name: values.pop(name) for name in mapped.MAPS}
    with explained(connection):
        project, _ = mapped.map_project(
            connection,
            values.pop("project_key"),
            actor=actor_of(request),
            maps={name: entries for name, entries in maps.items() if entries},
            **values,
        )
    return answer(shapes.project(project), 201)


@router.get("/projects/{uuid:project_id}", auth=reader, response=ProjectOut, by_alias=True)
def get_project(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    return answer(shapes.project(_project(project_id)))


@router.patch("/projects/{uuid:project_id}", auth=planner, response=ProjectOut, by_alias=True)
def change_project(
    request: HttpRequest, project_id: uuid.UUID, payload: ProjectPatch
) -> HttpResponse:
    project = _project(project_id)
    values = payload.model_dump(exclude_unset=True, by_alias=True)
    with explained(project.connection):
        mapped.change(project, actor=actor_of(request), values=values)
    return answer(shapes.project(_project(project_id)))


@router.delete("/projects/{uuid:project_id}", auth=planner, response={204: None})
def unmap_project(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """The items stay on the board; nothing changes in Jira."""
    mapped.unmap(_project(project_id), actor=actor_of(request))
    return HttpResponse(status=204)


@router.post(
    "/projects/{uuid:project_id}/import", auth=planner, response={202: RunOut}, by_alias=True
)
def start_import(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    return _start(project_id, RunKind.IMPORT)


@router.post(
    "/projects/{uuid:project_id}/reconcile", auth=planner, response={202: RunOut}, by_alias=True
)
def start_reconcile(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    return _start(project_id, RunKind.RECONCILE)


@router.post(
    "/projects/{uuid:project_id}/dry-run", auth=planner, response={202: RunOut}, by_alias=True
)
def start_dry_run(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """What a sync would change on either side; the run's `findings` say it, nothing is changed."""
    return _start(project_id, RunKind.DRY_RUN)


def _start(project_id: uuid.UUID, kind: RunKind) -> HttpResponse:
    run = importing.request(_project(project_id), kind)
    wake(WORK, run.pk)
    return answer(shapes.run(run), 202)


@router.get("/projects/{uuid:project_id}/mapping-check", auth=reader, response=CheckedOut)
def check_mapping(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """What of the project's screens, required fields and workflows does not fit its mapping."""
    project = _project(project_id)
    with explained(project.connection):
        checked = mapping_check.check(project)
    return answer(shapes.checked(checked))


@router.post("/iterations/{uuid:iteration_id}/sprints", auth=planner, response={201: SprintOut})
def create_sprint(request: HttpRequest, iteration_id: uuid.UUID, payload: SprintIn) -> HttpResponse:
    """Creates the sprint of one team for this iteration in the team's Scrum board in Jira."""
    iteration = get_object_or_404(Iteration.objects.select_related("pi"), pk=iteration_id)
    team = Team.objects.select_related("project__connection").filter(pk=payload.team).first()
    if team is None:
        raise Refused("There is no such team.", fields={"team": ["There is no such team."]})
    if team.project is None:
        (made,) = sprint_making.make(team, [iteration], actor=actor_of(request))
    else:
        with explained(team.project.connection):
            (made,) = sprint_making.make(team, [iteration], actor=actor_of(request))
    return answer(shapes.sprint(made), 201)


@router.get("/runs/{uuid:run_id}", auth=reader, response=RunOut, by_alias=True)
def get_run(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    return answer(shapes.run(get_object_or_404(Run, pk=run_id)))


@router.get("/sync/status", auth=reader, response=list[StatusOut], by_alias=True)
def sync_status(request: HttpRequest) -> HttpResponse:
    """A list, one entry per connection."""
    return answer(status_of(Connection.objects.all()))


@router.get("/sync/deliveries", auth=reader, response=DeliveriesOut, by_alias=True)
def list_deliveries(request: HttpRequest, query: Query[StateListing]) -> HttpResponse:
    rows = Delivery.objects.defer("body")
    if query.state:
        rows = rows.filter(state=_one_of(query.state, DeliveryState.values))
    if query.connection:
        rows = rows.filter(connection=query.connection)
    if query.project:
        project = _project(query.project)
        rows = rows.filter(connection=project.connection_id, project_id=project.remote_id)
    found, cursor = page(rows, cursor=query.cursor, limit=query.limit)
    return answer({"items": [shapes.delivery(row) for row in found], "next": cursor})


@router.post(
    "/sync/deliveries/{uuid:delivery_id}/replay",
    auth=planner,
    response={202: DeliveryOut},
    by_alias=True,
)
def replay_delivery(request: HttpRequest, delivery_id: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(Delivery.objects.defer("body"), public_id=delivery_id)
    return answer(shapes.delivery(replay.replay_delivery(row, actor=actor_of(request))), 202)


@router.post("/sync/deliveries/replay", auth=planner, response=ReplayedOut)
def replay_deliveries(request: HttpRequest, payload: ReplayIn) -> HttpResponse:
    """Reads the issues of failed deliveries again; with `dry`, only says how many that would be."""
    rows = Delivery.objects.filter(state=DeliveryState.FAILED)
    if payload.connection:
        rows = rows.filter(connection=payload.connection)
    if payload.project:
        project = _project(payload.project)
        rows = rows.filter(connection=project.connection_id, project_id=project.remote_id)
    if payload.since:
        rows = rows.filter(received__gte=payload.since)
    if payload.dry:
        return answer({"count": rows.count(), "dry": True})
    count = replay.replay_deliveries(rows, actor=actor_of(request))
    return answer({"count": count, "dry": False})


@router.get("/sync/changes", auth=reader, response=ChangesOut, by_alias=True)
def list_changes(request: HttpRequest, query: Query[StateListing]) -> HttpResponse:
    rows = Change.objects.all()
    if query.state:
        rows = rows.filter(state=_one_of(query.state, ChangeState.values))
    if query.connection:
        rows = rows.filter(project__connection=query.connection)
    if query.project:
        rows = rows.filter(project=query.project)
    found, cursor = page(rows, cursor=query.cursor, limit=query.limit)
    return answer({"items": [shapes.change(row) for row in found], "next": cursor})


@router.post(
    "/sync/changes/{uuid:change_id}/replay", auth=planner, response={202: ChangeOut}, by_alias=True
)
def replay_change(request: HttpRequest, change_id: uuid.UUID) -> HttpResponse:
    rows = Change.objects.select_related("project", "item")
    row = get_object_or_404(rows, operation=change_id)
    return answer(shapes.change(replay.replay_change(row, actor=actor_of(request))), 202)


@router.post("/sync/changes/replay", auth=planner, response=ReplayedOut)
def replay_changes(request: HttpRequest, payload: ReplayIn) -> HttpResponse:
    """Sends parked changes again; with `dry`, only says how many that would be."""
    rows = Change.objects.filter(state=ChangeState.PARKED)
    if payload.connection:
        rows = rows.filter(project__connection=payload.connection)
    if payload.project:
        rows = rows.filter(project=payload.project)
    if payload.since:
        rows = rows.filter(created__gte=payload.since)
    if payload.dry:
        return answer({"count": rows.count(), "dry": True})
    count = replay.replay_changes(rows, actor=actor_of(request))
    return answer({"count": count, "dry": False})


@router.get("/sync/conflicts", auth=reader, response=ConflictsOut, by_alias=True)
def list_conflicts(request: HttpRequest, query: Query[StateListing]) -> HttpResponse:
    rows = Conflict.objects.select_related("shadow")
    if query.state:
        is_open = _one_of(query.state, ["open", "resolved"]) == "open"
        rows = rows.filter(resolved__isnull=is_open)
    if query.connection:
        rows = rows.filter(shadow__connection=query.connection)
    if query.project:
        rows = rows.filter(shadow__project=query.project)
    found, cursor = page(rows, cursor=query.cursor, limit=query.limit)
    return answer({"items": [shapes.conflict(row) for row in found], "next": cursor})


@router.post(
    "/sync/conflicts/{uuid:conflict_id}/resolve", auth=planner, response=ConflictOut, by_alias=True
)
def resolve_conflict(request: HttpRequest, conflict_id: uuid.UUID, payload: TakeIn) -> HttpResponse:
    conflicts.resolve(conflict_id, payload.take, actor=actor_of(request))
    row = Conflict.objects.select_related("shadow").get(pk=conflict_id)
    return answer(shapes.conflict(row))


@router.get("/sync/brakes", auth=reader, response=BrakesOut)
def list_brakes(request: HttpRequest, query: Query[StateListing]) -> HttpResponse:
    """Stops of deletions, where much was gone from Jira at once."""
    rows = Brake.objects.all()
    if query.state:
        is_open = _one_of(query.state, ["open", "decided"]) == "open"
        rows = rows.filter(decided__isnull=is_open)
    if query.connection:
        rows = rows.filter(connection=query.connection)
    found, cursor = page(rows, cursor=query.cursor, limit=query.limit)
    items = [shapes.brake(row, brake.held(row.connection_id)) for row in found]
    return answer({"items": items, "next": cursor})


@router.post("/sync/brakes/{uuid:brake_id}/decide", auth=planner, response=BrakeOut)
def decide_brake(request: HttpRequest, brake_id: uuid.UUID, payload: DecisionIn) -> HttpResponse:
    """*delete* the held items here too, *keep* them on the board only, or *restore* them in Jira."""
    row = brake.decide(brake_id, payload.decision, actor=actor_of(request), count=payload.count)
    return answer(shapes.brake(row, 0))


@router.get("/sync/trace", auth=reader, response=TraceOut, by_alias=True)
def get_trace(
    request: HttpRequest, key: str | None = None, item: uuid.UUID | None = None
) -> HttpResponse:
    """“Why didn't this sync?”: every step for one item, by its key or id, oldest first."""
    if not (key or item):
        raise Refused("Name a key (?key=ABC-1) or an item (?item=…).", status=422)
    rows = WorkItem.objects.filter(pk=item) if item else WorkItem.objects.filter(remote_key=key)
    found = get_object_or_404(rows.order_by("created")[:1])
    return answer({"item": str(found.pk), "key": found.remote_key, "steps": trace.chain(found)})


def _one_of(value: str, allowed: list[str]) -> str:
    if value not in allowed:
        names = ", ".join(allowed)
        raise Refused(f"state is one of: {names}.", fields={"state": [f"One of: {names}."]})
    return value
