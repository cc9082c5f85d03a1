"""What was last seen of each project, in whichever report looked at it last. Reads only.

Reports do not all look at the same projects, so none of them alone is "the one before": each project is
held against the last look at it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from connections.models import PermissionReport, ReportState
from connections.report import report_rows

MOST = 60  # reports looked through for a project that the newer ones do not show


@dataclass(frozen=True, slots=True)
class Look:
    """A row as some report kept it, and when its project was looked at."""

    row: report_rows.Row
    at: datetime | None


def before(report: PermissionReport) -> dict[str, Look]:
    """Project key → the last look at it before this report, for the report's projects."""
    return of(report, report.rows)


def of(report: PermissionReport, rows: Collection[report_rows.Row]) -> dict[str, Look]:
    """The same for the projects of these rows."""
    found: dict[str, Look] = {}
    earlier = _finished(report.connection_id).filter(created__lt=report.created)
    # One at a time: rows are heavy, and the first nearly always shows every project.
    for pk in list(earlier.values_list("pk", flat=True)[:MOST]):
        left = [row for row in rows if row["key"] not in found]
        if not left:
            break
        kept, taken = PermissionReport.objects.values_list("rows", "taken_at").get(pk=pk)
        index = report_rows.Index(kept)
        for row in left:
            if (seen := index.find(row)) is not None:
                found[row["key"]] = Look(seen, report_rows.asked_at(seen) or taken)
    return found


def newest(connection_id: uuid.UUID) -> PermissionReport | None:
    """The last report that was finished as the connection's own account."""
    return _finished(connection_id).first()


def _finished(connection_id: uuid.UUID) -> QuerySet[PermissionReport]:
    return PermissionReport.objects.filter(
        connection=connection_id, state=ReportState.FINISHED, offered=False
    ).order_by("-created")
