"""REST calls of permission reports: asked for, listed, read.

Clients are generated from the ids of operations, so these keep theirs wherever they stand.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import Listing, cursor_of, read_cursor
from almconnect.lib.enqueue import enqueue
from connections.models import PermissionReport
from connections.report import permission_report
from connections.rest import shapes
from connections.rest.api_answers import find
from connections.rest.bodies import ReportIn, ReportOut, ReportsOut
from connections.schedule import tasks

router = Router()


@router.post(
    "/connections/{uuid:connection_id}/permission-checks",
    auth=planner,
    response={202: ReportOut},
    operation_id="connections_api_request_report",
)
def request_report(
    request: HttpRequest, connection_id: uuid.UUID, payload: ReportIn | None = None
) -> Any:
    """Takes a report in the background; without `project_keys`: of the mapped projects, or of all."""
    connection = find(connection_id)
    keys = payload.project_keys if payload is not None else None
    row = permission_report.request(connection, keys or [], actor=actor_of(request))
    enqueue(tasks.take_report, row.pk)
    return Status(202, shapes.report(row))


@router.get(
    "/connections/{uuid:connection_id}/permission-checks",
    auth=reader,
    response=ReportsOut,
    operation_id="connections_api_list_reports",
)
def list_reports(request: HttpRequest, connection_id: uuid.UUID, query: Query[Listing]) -> Any:
    """Reports of a connection, newest first, without their rows."""
    rows = find(connection_id).reports.defer("rows")
    if query.cursor:
        rows = rows.filter(created__lt=shapes.moment(read_cursor(query.cursor)[0]))
    some = list(rows[: query.limit + 1])
    more = len(some) > query.limit
    some = some[: query.limit]
    return {
        "items": [shapes.report(row, rows=False) for row in some],
        "next": cursor_of(some[-1].created.isoformat()) if more else None,
    }


@router.get(
    "/permission-checks/{uuid:report_id}",
    auth=reader,
    response=ReportOut,
    operation_id="connections_api_get_report",
)
def get_report(request: HttpRequest, report_id: uuid.UUID) -> Any:
    found = get_object_or_404(PermissionReport.objects.select_related("connection"), pk=report_id)
    return shapes.report(found)
