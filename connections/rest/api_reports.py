"""REST calls of permission reports: asked for, listed, read.

Clients are generated from the ids of operations, so these keep theirs wherever they stand.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import Listing, Refused, cursor_of, read_cursor
from almconnect.lib.enqueue import enqueue
from connections.models import PermissionReport
from connections.report import permission_report
from connections.rest.answers import ReportOut, ReportsOut
from connections.rest.api_answers import find
from connections.rest.bodies import ReportIn
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
    return Status(202, ReportOut.of(row))


@router.get(
    "/connections/{uuid:connection_id}/permission-checks",
    auth=reader,
    response=ReportsOut,
    operation_id="connections_api_list_reports",
)
def list_reports(
    request: HttpRequest, connection_id: uuid.UUID, query: Query[Listing]
) -> ReportsOut:
    """Reports of a connection, newest first, without their rows."""
    rows = find(connection_id).reports.defer("rows")
    if query.cursor:
        rows = rows.filter(created__lt=_moment(read_cursor(query.cursor)[0]))
    some = list(rows[: query.limit + 1])
    more = len(some) > query.limit
    some = some[: query.limit]
    return ReportsOut(
        items=[ReportOut.of(row, rows=False) for row in some],
        next=cursor_of(some[-1].created.isoformat()) if more else None,
    )


@router.get(
    "/permission-checks/{uuid:report_id}",
    auth=reader,
    response=ReportOut,
    operation_id="connections_api_get_report",
)
def get_report(request: HttpRequest, report_id: uuid.UUID) -> ReportOut:
    found = get_object_or_404(PermissionReport.objects.select_related("connection"), pk=report_id)
    return ReportOut.of(found)


def _moment(text: str) -> datetime:
    """The time in a cursor. Raises Refused (400) where it is none."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as problem:
        raise Refused(
            "This cursor is not one of ours; start again without it.", code="cursor", status=400
        ) from problem
