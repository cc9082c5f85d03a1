"""What of items is parked without a change of its own: listing, and going a way out of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import listed
from sync.rest.answers import StuckItemOut, StuckItemsOut
from sync.rest.bodies import OfMappingListing, StuckWayIn
from sync.rest.request_params import of_mapping
from sync.status import parked_fields

router = Router(tags=["sync"])


@router.get(
    "/sync/parked", auth=reader, response=StuckItemsOut, operation_id="sync_api_list_parked"
)
def list_parked(request: HttpRequest, query: Query[OfMappingListing]) -> HttpResponse:
    """Items with fields that Jira refused while the rest went on, or whose issue Jira does not show."""
    rows = parked_fields.rows().select_related("item")
    return listed(of_mapping(rows, query), StuckItemOut.of, cursor=query.cursor, limit=query.limit)


@router.post(
    "/sync/parked/{uuid:item_id}/decide",
    auth=planner,
    response={204: None},
    operation_id="sync_api_decide_parked",
)
def decide(request: HttpRequest, item_id: uuid.UUID, payload: StuckWayIn) -> Any:
    """Goes one of the `ways` of a parked field, or of an issue that Jira does not show (no `field`)."""
    parked_fields.go(item_id, payload.field, payload.way, actor=actor_of(request))
    return Status(204, None)
