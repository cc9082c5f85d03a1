"""What Jira's webhook delivered: listing, and reading the issues again."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import answer, listed
from sync.models import Delivery, DeliveryState
from sync.rest.answers import DeliveriesOut, DeliveryOut, ReplayedOut
from sync.rest.bodies import ReplayIn, StateListing
from sync.rest.replays import replayed
from sync.rest.request_params import of_mapping, one_of
from sync.status import replay

router = Router(tags=["sync"])


@router.get(
    "/sync/deliveries",
    auth=reader,
    response=DeliveriesOut,
    by_alias=True,
    operation_id="sync_api_list_deliveries",
)
def list_deliveries(request: HttpRequest, query: Query[StateListing]) -> HttpResponse:
    rows = Delivery.objects.defer("body")
    if query.state:
        rows = rows.filter(state=one_of(query.state, DeliveryState.values))
    return listed(of_mapping(rows, query), DeliveryOut.of, cursor=query.cursor, limit=query.limit)


@router.post(
    "/sync/deliveries/{uuid:delivery_id}/replay",
    auth=planner,
    response={202: DeliveryOut},
    by_alias=True,
    operation_id="sync_api_replay_delivery",
)
def replay_delivery(request: HttpRequest, delivery_id: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(Delivery.objects.defer("body"), public_id=delivery_id)
    return answer(DeliveryOut.of(replay.replay_delivery(row, actor=actor_of(request))), 202)


@router.post(
    "/sync/deliveries/replay",
    auth=planner,
    response=ReplayedOut,
    operation_id="sync_api_replay_deliveries",
)
def replay_deliveries(request: HttpRequest, payload: ReplayIn) -> HttpResponse:
    """Reads the issues of failed deliveries again; with `dry`, only says how many that would be."""
    rows = of_mapping(Delivery.objects.filter(state=DeliveryState.FAILED), payload)
    if payload.since:
        rows = rows.filter(received__gte=payload.since)
    return replayed(request, rows, payload, replay.replay_deliveries)
