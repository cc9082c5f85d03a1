"""How far a run is, and how each connection stands."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router

from accounts.bearer_tokens import reader
from almconnect.lib.api import answer
from connections.models import Connection
from sync.models import Run
from sync.rest.answers import StatusOut
from sync.rest.project_answers import RunOut
from sync.status.status import status_of

router = Router(tags=["sync"])


@router.get(
    "/runs/{uuid:run_id}",
    auth=reader,
    response=RunOut,
    by_alias=True,
    operation_id="sync_api_get_run",
)
def get_run(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    return answer(RunOut.of(get_object_or_404(Run, pk=run_id)))


@router.get(
    "/sync/status",
    auth=reader,
    response=list[StatusOut],
    by_alias=True,
    operation_id="sync_api_sync_status",
)
def sync_status(request: HttpRequest) -> HttpResponse:
    """A list, one entry per connection."""
    return answer([StatusOut.of(one) for one in status_of(Connection.objects.all())])
