"""The permission report: ask for one, and take it.

A report is a row before anything else; the message to the worker may be lost, and the sweep finds
the row. Taking it is claimed by conditional UPDATE and goes on after a crash. It must not judge:
`jira_client.requirements` holds the catalogue, `project_setup` looks at screens and boards.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from connections.access import gateway
from connections.credentials import credentials, second_way
from connections.health import health
from connections.health.diagnosis import Explained, diagnose
from connections.models import Connection, MappedProject, PermissionReport, ReportState
from connections.report import archived_projects, coverage, last_looks, project_setup, report_rows
from jira_client import requirements
from jira_client.client import JiraClient
from jira_client.errors import AuthenticationRefused, JiraError, OAuthProblem
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
    base: PermissionReport | None = None,
    offered: bool = False,
) -> PermissionReport:
    """A waiting report of these projects and of every mapped one; none named: the mapped ones, or all
    visible where none is mapped or `everything` is asked for.

    `base`: a finished report whose other rows are taken over, so that only these projects are looked
    at again. `offered`: asked with the credential that waits for confirmation. The caller sends the
    hint (`connections.schedule.tasks.take_report`).
    """
    wanted = list(dict.fromkeys(key.strip().upper() for key in keys if key.strip()))
    if base is None and not everything:
        wanted = coverage.with_mapped(connection, wanted)
    report = PermissionReport.objects.create(
        connection=connection, wanted=wanted, total=len(wanted), base=base, offered=offered
    )
    audit.record(
        "permissions.requested",
        actor=actor,
        target=connection,
        connection_id=connection.pk,
        after={"projects": wanted[:50], "number": len(wanted)},
    )
    return report


def after_mapping(connection: Connection, *, actor: User | None) -> PermissionReport:
    """A report of all mapped projects, now that one more is. One that still waits will look at it too:
    forty projects mapped one by one do not ask Jira for forty reports.

    To be called in the transaction that maps: whoever takes the waiting one meanwhile waits for it.
    """
    waiting = connection.reports.filter(state=ReportState.WAITING, offered=False, base=None)
    found = waiting.select_for_update().first()
    return found or request(connection, (), actor=actor)


def again(report: PermissionReport, *, actor: User | None) -> PermissionReport:
    """The same report once more: the same projects, or again everything that is visible."""
    keys = [row["key"] for row in report.rows] if report.base_id else report.wanted
    return request(report.connection, keys, actor=actor, everything=not keys)


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
        _end(report, ReportState.FAILED, diagnosis=_noted(report, error))
    except Exception:
        _end(report, ReportState.FAILED, diagnosis=_OUR_FAULT)
        raise
    else:
        if not report.offered:
            health.note_success(report.connection)
    return report


def _noted(report: PermissionReport, error: Exception) -> dict[str, Any]:
    """The diagnosis. A credential that is not in use yet says nothing about the connection's health."""
    if report.offered:
        return diagnose(error, report.connection)
    return health.note_failure(report.connection, error)


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
    fresh = PermissionReport.objects.filter(
        connection=OuterRef("pk"), created__gte=since, base=None, offered=False
    )
    due = Connection.objects.running().filter(
        ~Exists(fresh), Exists(MappedProject.objects.filter(connection=OuterRef("pk")))
    )
    return [request(connection, (), actor=None) for connection in due[:20]]


def _fill(report: PermissionReport) -> None:
    connection = report.connection
    client = _client(report)
    me = client.myself()
    projects, unseen = coverage.to_look_at(client, report)
    before = {} if report.offered else project_setup.earlier(connection)
    steps = len(projects) + len(unseen)
    _progress(report, len(unseen), steps)

    def tell(done: int, of: int) -> None:
        if done % STEP == 0 or done == of:
            _progress(report, done + len(unseen), steps)

    reasons: dict[str, str] = {}

    def failed(some: Sequence[Project], error: JiraError) -> None:
        reasons.update(dict.fromkeys((one.id for one in some), diagnose(error, connection)["what"]))

    states = client.permissions.of_projects(
        projects, requirements.PROJECT_KEYS, progress=tell, failed=failed
    )
    projects = archived_projects.with_archives(client, projects, states)
    picked = [] if report.offered else project_setup.chosen(connection, projects, states, before)

    def tell_more(done: int) -> None:
        if done % 5 == 0 or done == len(picked):
            _progress(report, steps + done, steps + len(picked))

    now = timezone.now()
    seen = before | project_setup.look(
        client, connection, me.name, picked, states, now=now, progress=tell_more
    )
    rows = [
        report_rows.kept(one, states.get(one.id, {}), seen.get(one.id), why=reasons.get(one.id, ""))
        for one in projects
    ]
    rows += [coverage.unseen_row(client, one) for one in unseen]
    rows = _with_base(report, [report_rows.dated(row, now) for row in rows])
    _end(report, ReportState.FINISHED, rows=rows, person=me, facts=_global(client))


def _client(report: PermissionReport) -> JiraClient:
    """As the connection's account, or as the one that waits for confirmation. Raises NotReady."""
    connection = report.connection
    if not report.offered:
        return gateway.jira_for(connection, for_check=True)
    waiting = credentials.pending(connection) or second_way.waiting(connection)
    if waiting is None:
        raise gateway.NotReady(
            "secret_missing", "No other account waits for confirmation any more."
        )
    return credentials.candidate(connection, waiting.credential)


def _with_base(report: PermissionReport, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The projects of the report that this one goes on from, each as it was seen last; the new rows in
    their places."""
    if report.base is None:
        return rows
    new = report_rows.Index(rows)
    looks = last_looks.of(report, report.base.rows)
    taken = []
    for row in report.base.rows:
        look = looks.get(row["key"]) or last_looks.Look(row, report.base.taken_at)
        taken.append(new.find(row) or report_rows.dated(look.row, look.at))
    there = report_rows.Index(taken)
    return [*taken, *(row for row in rows if there.find(row) is None)]


_OUR_FAULT = {
    "code": "check_crashed",
    "what": "The report itself failed. That is a fault of ALM Connect.",
    "remedy": "Report it with the time; the log holds the details. Then run the report again.",
    "seen": [],
    "anchor": "check-crashed",
}


def _global(client: JiraClient) -> dict[str, str]:
    """Global permissions, such as Jira Administrator; what cannot be asked is unknown.

    A refused login is no answer to this question but the end of the report.
    """
    try:
        states = client.permissions.global_(requirements.GLOBAL_KEYS)
    except (AuthenticationRefused, OAuthProblem):
        raise
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
    report.state, report.taken_at, report.diagnosis = state, timezone.now(), diagnosis
    if rows is not None:
        report.rows, report.done, report.total = rows, len(rows), len(rows)
    if person is not None:
        report.account_id, report.account_name = person.id, person.name[:255]
    report.global_states = facts or {}
    report.save()
