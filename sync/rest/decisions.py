"""What waits for a person's word: conflicts, and stops of deletions."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import answer, listed
from sync.inbound import mass_deletion_guard
from sync.models import Brake, Conflict
from sync.pairs import conflicts
from sync.rest.answers import BrakeOut, BrakesOut, ConflictOut, ConflictsOut
from sync.rest.bodies import DecisionIn, StateListing, TakeIn
from sync.rest.request_params import one_of

router = Router(tags=["sync"])


@router.get(
    "/sync/conflicts",
    auth=reader,
    response=ConflictsOut,
    by_alias=True,
    operation_id="sync_api_list_conflicts",
)
def list_conflicts(request: HttpRequest, query: Query[StateListing]) -> HttpResponse:
    rows = Conflict.objects.select_related("shadow")
    if query.state:
        is_open = one_of(query.state, ["open", "resolved"]) == "open"
        rows = rows.filter(resolved__isnull=is_open)
    if query.connection:
        rows = rows.filter(shadow__connection=query.connection)
    if query.project:
        rows = rows.filter(shadow__project=query.project)
    return listed(rows, ConflictOut.of, cursor=query.cursor, limit=query.limit)


@router.post(
    "/sync/conflicts/{uuid:conflict_id}/resolve",
    auth=planner,
    response=ConflictOut,
    by_alias=True,
    operation_id="sync_api_resolve_conflict",
)
def resolve_conflict(request: HttpRequest, conflict_id: uuid.UUID, payload: TakeIn) -> HttpResponse:
    conflicts.resolve(conflict_id, payload.take, actor=actor_of(request))
    row = Conflict.objects.select_related("shadow").get(pk=conflict_id)
    return answer(ConflictOut.of(row))


@router.get("/sync/brakes", auth=reader, response=BrakesOut, operation_id="sync_api_list_brakes")
def list_brakes(request: HttpRequest, query: Query[StateListing]) -> HttpResponse:
    """Stops of deletions, where much was gone from Jira at once."""
    rows = Brake.objects.all()
    if query.state:
        is_open = one_of(query.state, ["open", "decided"]) == "open"
        rows = rows.filter(decided__isnull=is_open)
    if query.connection:
        rows = rows.filter(connection=query.connection)
    return listed(rows, BrakeOut.of, cursor=query.cursor, limit=query.limit)


@router.post(
    "/sync/brakes/{uuid:brake_id}/decide",
    auth=planner,
    response=BrakeOut,
    operation_id="sync_api_decide_brake",
)
def decide_brake(request: HttpRequest, brake_id: uuid.UUID, payload: DecisionIn) -> HttpResponse:
    """Of what went from Jira: *delete* the held items here too, *keep* them on the board only, or
    *restore* them in Jira. What was deleted on the board is decided by a person at the console (403)."""
    row = mass_deletion_guard.decide(
        brake_id, payload.decision, actor=actor_of(request), count=payload.count, by_token=True
    )
    return answer(BrakeOut.of(row))
