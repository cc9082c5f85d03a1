"""What "Test connection" saw of the mapped projects is kept as a report where it is news.

The test sends people to the report; a report that still said what was so yesterday would deny what the
test just said. Nothing is asked of Jira here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from connections.models import Connection, PermissionReport, ReportState
from connections.report import last_looks, report_rows
from jira_client.values import PermissionState, Person, Project


@dataclass(slots=True)
class Seen:
    """Projects that a test asked about, and the states of their permissions by project id."""

    projects: Sequence[Project] = ()
    states: Mapping[str, Mapping[str, PermissionState]] = field(default_factory=dict)


def keep(connection: Connection, person: Person, seen: Seen) -> PermissionReport | None:
    """A finished report of what the test saw, the other rows as they were seen last. None where the newest
    report says the same, or one is under way that will ask by itself."""
    going = connection.reports.filter(
        state__in=(ReportState.WAITING, ReportState.RUNNING), offered=False
    )
    if not seen.projects or going.exists():
        return None
    newest = last_looks.newest(connection.pk)
    known = report_rows.Index(newest.rows if newest else ())
    rows = [_row(one, seen, known) for one in seen.projects]
    if not any(_is_news(row, known.find(row)) for row in rows):
        return None
    now = timezone.now()
    new = report_rows.Index(rows)
    others = [row for row in (newest.rows if newest else ()) if new.find(row) is None]
    rows = [
        *(report_rows.dated(row, now) for row in rows),
        *(report_rows.dated(row, newest.taken_at if newest else None) for row in others),
    ]
    same_account = newest is not None and newest.account_id == person.id
    return PermissionReport.objects.create(
        connection=connection,
        state=ReportState.FINISHED,
        wanted=[row["key"] for row in rows],
        base=newest,
        rows=rows,
        done=len(rows),
        total=len(rows),
        taken_at=now,
        account_id=person.id,
        account_name=person.name[:255],
        global_states=newest.global_states if newest and same_account else {},
    )


def _row(project: Project, seen: Seen, known: report_rows.Index) -> report_rows.Row:
    row = report_rows.kept(project, seen.states.get(project.id, {}))
    return {**row, "setup": (known.find(row) or {}).get("setup")}


def _is_news(row: report_rows.Row, known: report_rows.Row | None) -> bool:
    """Whether the test saw something else; what it could not ask is no news."""
    if known is None or report_rows.is_archived(row) != report_rows.is_archived(known):
        return True
    was = report_rows.states_of(known)
    return any(
        state is not PermissionState.UNKNOWN and was.get(key) is not state
        for key, state in report_rows.states_of(row).items()
    )
