"""“Why didn't this sync?”"""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router

from accounts.bearer_tokens import reader
from almconnect.lib.api import Refused, answer
from planning.models import WorkItem
from sync.pairs import trace
from sync.rest.answers import TraceOut

router = Router(tags=["sync"])


@router.get(
    "/sync/trace", auth=reader, response=TraceOut, by_alias=True, operation_id="sync_api_get_trace"
)
def get_trace(
    request: HttpRequest, key: str | None = None, item: uuid.UUID | None = None
) -> HttpResponse:
    """“Why didn't this sync?”: every step for one item, by its key or id, oldest first.

    Of several items that have had a key, the living one of a mapping that is still there is told of, and
    `others` names the rest. Where there is no such item, what Jira told of the key.
    """
    if not (key or item):
        raise Refused("Name a key (?key=ABC-1) or an item (?item=…).", status=422)
    if item:
        return answer(TraceOut.of(get_object_or_404(WorkItem, pk=item), []))
    wanted = (key or "").strip().upper()
    named = trace.named(wanted)
    if named:
        return answer(TraceOut.of(named[0], named[1:]))
    told = TraceOut.of_deliveries(wanted)
    if not told.steps:
        raise Http404
    return answer(told)
