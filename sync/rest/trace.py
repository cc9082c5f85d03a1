"""“Why didn't this sync?”"""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router

from accounts.tokens import reader
from almconnect.lib.api import Refused, answer
from planning.models import WorkItem
from sync import trace
from sync.answers import TraceOut

router = Router(tags=["sync"])


@router.get(
    "/sync/trace", auth=reader, response=TraceOut, by_alias=True, operation_id="sync_api_get_trace"
)
def get_trace(
    request: HttpRequest, key: str | None = None, item: uuid.UUID | None = None
) -> HttpResponse:
    """“Why didn't this sync?”: every step for one item, by its key or id, oldest first."""
    if not (key or item):
        raise Refused("Name a key (?key=ABC-1) or an item (?item=…).", status=422)
    rows = WorkItem.objects.filter(pk=item) if item else WorkItem.objects.filter(remote_key=key)
    found = get_object_or_404(rows.order_by("created")[:1])
    return answer({"item": str(found.pk), "key": found.remote_key, "steps": trace.chain(found)})
