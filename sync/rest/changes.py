"""The board's changes on their way to Jira: listing, and sending parked ones again."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import answer, listed
from planning.models import Change, ChangeState
from sync.outbox import ways_out
from sync.rest.answers import ChangeOut, ChangesOut, ReplayedOut
from sync.rest.bodies import ReplayIn, StateListing, WayIn
from sync.rest.replays import replayed
from sync.rest.request_params import of_mapping, one_of
from sync.status import replay

router = Router(tags=["sync"])


@router.get(
    "/sync/changes",
    auth=reader,
    response=ChangesOut,
    by_alias=True,
    operation_id="sync_api_list_changes",
)
def list_changes(request: HttpRequest, query: Query[StateListing]) -> HttpResponse:
    rows = Change.objects.all()
    if query.state:
        rows = rows.filter(state=one_of(query.state, ChangeState.values))
    return listed(of_mapping(rows, query), ChangeOut.of, cursor=query.cursor, limit=query.limit)


@router.post(
    "/sync/changes/{uuid:change_id}/replay",
    auth=planner,
    response={202: ChangeOut},
    by_alias=True,
    operation_id="sync_api_replay_change",
)
def replay_change(request: HttpRequest, change_id: uuid.UUID) -> HttpResponse:
    rows = Change.objects.select_related("project", "item", "comment")
    row = get_object_or_404(rows, operation=change_id)
    return answer(ChangeOut.of(replay.replay_change(row, actor=actor_of(request))), 202)


@router.post(
    "/sync/changes/{uuid:change_id}/decide",
    auth=planner,
    response=ChangeOut,
    by_alias=True,
    operation_id="sync_api_decide_change",
)
def decide_change(request: HttpRequest, change_id: uuid.UUID, payload: WayIn) -> HttpResponse:
    """Goes one of the `ways` of a parked change that sending again alone cannot mend."""
    rows = Change.objects.select_related("project", "item", "comment")
    row = get_object_or_404(rows, operation=change_id)
    ways_out.go(row, payload.way, actor=actor_of(request))
    return answer(ChangeOut.of(rows.get(pk=row.pk)))


@router.post(
    "/sync/changes/replay",
    auth=planner,
    response=ReplayedOut,
    operation_id="sync_api_replay_changes",
)
def replay_changes(request: HttpRequest, payload: ReplayIn) -> HttpResponse:
    """Sends parked changes again; with `dry`, only says how many that would be."""
    rows = of_mapping(replay.parked(), payload)
    if payload.since:
        rows = rows.filter(created__gte=payload.since)
    return replayed(request, rows, payload, replay.replay_changes)
