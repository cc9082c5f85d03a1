"""Gone from Jira: items that left the board with their issues and come back with them."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import listed
from sync.inbound import gone_items
from sync.rest.answers import GoneListOut, GoneOut
from sync.rest.bodies import OfMappingListing
from sync.rest.request_params import of_mapping

router = Router(tags=["sync"])


@router.get("/sync/gone", auth=reader, response=GoneListOut, operation_id="sync_api_list_gone")
def list_gone(request: HttpRequest, query: Query[OfMappingListing]) -> HttpResponse:
    """Kept whole, asked for again at growing distance, and back as the same items when Jira shows their
    issues again."""
    rows = gone_items.rows().select_related("item")
    return listed(of_mapping(rows, query), GoneOut.of, cursor=query.cursor, limit=query.limit)


@router.delete(
    "/sync/gone/{uuid:item_id}",
    auth=planner,
    response={204: None},
    operation_id="sync_api_let_go",
)
def let_go(request: HttpRequest, item_id: uuid.UUID) -> Any:
    """It is not looked for any more, and does not come back. 404 where it is not gone."""
    gone_items.let_go(item_id, actor=actor_of(request))
    return Status(204, None)
