"""A Jira that was put back to an earlier state, compared before a person says which side is right."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router

from accounts.bearer_tokens import planner, reader
from almconnect.lib.api import answer
from connections.models import Connection
from sync.rest import shapes
from sync.rest.answers import RestoredOut
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
    return answer(_told(get_object_or_404(Connection, pk=connection_id)))


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
    return answer(_told(connection), 202)


def _told(connection: Connection) -> dict[str, Any]:
    rows = restore_comparison.comparisons(connection)
    return {
        "held": connection.may_be_compared,
        "compared": all(row.is_done for row in rows),
        "projects": [
            {
                "project": str(row.project.pk),
                "key": row.project.key,
                "counts": row.counts(),
                "run": shapes.run(row.run) if row.run is not None else None,
            }
            for row in rows
        ],
    }
