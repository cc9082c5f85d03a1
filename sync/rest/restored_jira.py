"""A Jira that was put back to an earlier state, compared before a person says which side is right."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router

from accounts.bearer_tokens import planner, reader
from almconnect.lib.api import answer
from connections.models import Connection
from sync.rest.project_answers import RestoredOut
from sync.runs import restore_comparison

router = Router(tags=["sync"])


@router.get(
    "/connections/{uuid:connection_id}/restored",
    auth=reader,
    response=RestoredOut,
    operation_id="sync_api_get_restored",
)
def get_restored(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """What differs between each project's items and a Jira that was put back; samples are in the
    findings of each `run`. Answered by `POST /connections/{id}/site`."""
    return answer(RestoredOut.of(get_object_or_404(Connection, pk=connection_id)))


@router.post(
    "/connections/{uuid:connection_id}/restored",
    auth=planner,
    response={202: RestoredOut},
    operation_id="sync_api_compare_restored",
)
def compare_restored(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Compares every project that is not paused, by reading alone. 409 `not_restored` where the
    connection is not held for this."""
    connection = get_object_or_404(Connection, pk=connection_id)
    restore_comparison.compare(connection)
    return answer(RestoredOut.of(connection), 202)
