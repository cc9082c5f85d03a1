"""“Why didn't this sync?”"""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Q
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
        found, others = get_object_or_404(WorkItem, pk=item), []
    else:
        named = trace.named((key or "").strip().upper())
        if not named:
            return answer(_of_deliveries((key or "").strip().upper()))
        found, others = named[0], [str(one.pk) for one in named[1:]]
    return answer(
        {
            "item": str(found.pk),
            "key": found.remote_key,
            "others": others,
            "steps": trace.chain(found),
        }
    )


def _of_deliveries(key: str) -> dict[str, Any]:
    """What Jira told of an issue that the board does not have. Raises Http404 where that is nothing."""
    steps = trace.of_deliveries(Q(issue_key=key))
    if not steps:
        raise Http404
    return {"item": None, "key": key, "others": [], "steps": steps}
