"""The permission report: ask for one, and take it.

A report is a row before anything else; the message to the worker may be lost, and the sweep finds
the row. Taking it is claimed by conditional UPDATE and goes on after a crash. It must not judge:
`jira_client.requirements` holds the catalogue.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from connections import gateway, health
from connections.diagnosing import Explained
from connections.models import Connection, MappedProject, PermissionReport, ReportState
from jira_client import requirements
from jira_client.client import JiraClient
from jira_client.errors import JiraError
from jira_client.values import PermissionState, Person, Project

STEP = 25  # projects between two looks at the row: progress, and the sign that someone works on it
LEASE = timedelta(seconds=90)
DAILY = timedelta(days=1)
RESEND = timedelta(seconds=10)  # a waiting report whose message may be lost


def request(
    connection: Connection,
    keys: Sequence[str],
    *,
    actor: User | None,
    everything: bool = False,
) -> PermissionReport:
    """A waiting report of these projects; none named: the mapped ones, or all visible where none is
    mapped or `everything` is asked for.

    The caller sends the hint (`connections.tasks.take_report`).
    """
    wanted = list(dict.fromkeys(key.strip() for key in keys if key.strip()))
    if not wanted and not everything:
        wanted = list(connection.projects.values_list("key", flat=True))
    report = PermissionReport.objects.create(
        connection=connection, wanted=wanted, total=len(wanted)
    )
    audit.record(
        "permissions.requested",
        actor=actor,
        target=connection,
        connection_id=connection.pk,
        after={"projects": wanted[:50]},
    )
    return report


def take(report_id: uuid.UUID | str) -> PermissionReport | None:
    """Take a report that waits, or that its taker left behind. None: somebody else has it."""
    now = timezone.now()
    if (
        not due_reports()
        .filter(pk=report_id)
        .update(state=ReportState.RUNNING, started=now, done=0)
    ):
        return None
    report = PermissionReport.objects.select_related("connection").get(pk=report_id)
    try:
        _fill(report)
    except Explained as error:
        found = health.note_failure(report.connection, error)
        _end(report, ReportState.FAILED, diagnosis=found)
    except Exception:
        _end(report, ReportState.FAILED, diagnosis=_OUR_FAULT)
        raise
    else:
        health.note_success(report.connection)
    return report


def due_reports() -> QuerySet[PermissionReport]:
    """Reports that nobody takes at this moment: waiting ones, and those whose taker fell silent."""
    silent = Q(state=ReportState.RUNNING, started__lt=timezone.now() - LEASE)
    return PermissionReport.objects.filter(Q(state=ReportState.WAITING) | silent)


def overdue_reports() -> QuerySet[PermissionReport]:
    """Those whose message is probably lost."""
    return due_reports().filter(created__lt=timezone.now() - RESEND)


def request_daily() -> list[PermissionReport]:
    """One report a day for every running connection with mapped projects. Returns the new ones."""
    since = timezone.now() - DAILY
    fresh = PermissionReport.objects.filter(connection=OuterRef("pk"), created__gte=since)
    due = Connection.objects.running().filter(
        ~Exists(fresh), Exists(MappedProject.objects.filter(connection=OuterRef("pk")))
    )
    return [request(connection, (), actor=None) for connection in due[:20]]


def _fill(report: PermissionReport) -> None:
    connection = report.connection
    client = gateway.jira_for(connection, for_check=True)
    me = client.myself()
    projects, unseen = _wanted(client, report.wanted)
    total = len(projects) + len(unseen)
    _progress(report, len(unseen), total)

    def tell(done: int, of: int) -> None:
        if done % STEP == 0 or done == of:
            _progress(report, done + len(unseen), total)

    states = client.permissions.of_projects(projects, requirements.PROJECT_KEYS, progress=tell)
    rows = [_row(project, states.get(project.id, {}), me) for project in projects]
    rows += [_row(Project("", key, ""), _INVISIBLE, me) for key in unseen]
    _end(report, ReportState.FINISHED, rows=rows, person=me, facts=_global(client))


def _wanted(client: JiraClient, keys: list[str]) -> tuple[list[Project], list[str]]:
    """The projects to look at, and the keys among the wanted that the account does not see."""
    visible = client.projects.list()
    if not keys:
        return visible, []
    by_key = {project.key: project for project in visible}
    return [by_key[key] for key in keys if key in by_key], [k for k in keys if k not in by_key]


_INVISIBLE = {"BROWSE_PROJECTS": PermissionState.MISSING}
_OUR_FAULT = {
    "code": "check_crashed",
    "what": "The report itself failed. That is a fault of ALM Connect.",
    "remedy": "Report it with the time; the log holds the details. Then run the report again.",
    "seen": [],
    "anchor": "check-crashed",
}


def _row(project: Project, states: dict[str, PermissionState], me: Person) -> dict[str, Any]:
    judged = requirements.evaluate(states, account=me.name, project=project.key)
    return {
        "id": project.id,
        "key": project.key,
        "name": project.name or project.key,
        "permissions": [
            {
                "name": row.name,
                "key": row.key,
                "need": row.need,
                "state": row.state.value,
                "message": row.message,
                "text": row.text,
            }
            for row in judged.permissions
        ],
        "operations": [
            {
                "code": row.code,
                "name": row.name,
                "state": row.state.value,
                "message": row.message,
                "text": row.text,
            }
            for row in judged.operations
        ],
    }


def _global(client: JiraClient) -> dict[str, str]:
    """Global permissions, such as Jira Administrator; what cannot be asked is unknown."""
    try:
        states = client.permissions.global_(requirements.GLOBAL_KEYS)
    except JiraError:
        return dict.fromkeys(requirements.GLOBAL_KEYS, PermissionState.UNKNOWN.value)
    return {key: state.value for key, state in states.items()}


def _progress(report: PermissionReport, done: int, total: int) -> None:
    """Writes how far it is; the time is the sign that someone still works on it."""
    PermissionReport.objects.filter(pk=report.pk, state=ReportState.RUNNING).update(
        done=done, total=total, started=timezone.now()
    )


def _end(
    report: PermissionReport,
    state: ReportState,
    *,
    rows: list[dict[str, Any]] | None = None,
    person: Person | None = None,
    facts: dict[str, str] | None = None,
    diagnosis: dict[str, Any] | None = None,
) -> None:
    now: datetime = timezone.now()
    report.state, report.taken_at, report.diagnosis = state, now, diagnosis
    if rows is not None:
        report.rows, report.done, report.total = rows, len(rows), len(rows)
    if person is not None:
        report.account_id, report.account_name = person.id, person.name[:255]
    report.global_states = facts or {}
    report.save()
