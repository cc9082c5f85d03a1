"""The permission report: ask for one, take it, compare it with the one before.

A report is a row before anything else; the message to the worker may be lost, and the sweep finds
the row. Taking it is claimed by conditional UPDATE and goes on after a crash. It must not judge:
`jira_client.requirements` holds the catalogue.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from connections import credentials, gateway, health
from connections.credentials import Credential
from connections.diagnosing import Explained
from connections.models import Connection, MappedProject, PermissionReport, ReportState
from jira_client import requirements
from jira_client.client import JiraClient
from jira_client.errors import JiraError
from jira_client.values import PermissionState, Person, Project

MOST_COMPARED = 50  # mapped projects in the comparison of two accounts
STEP = 25  # projects between two looks at the row: progress, and the sign that someone works on it
LEASE = timedelta(seconds=90)
DAILY = timedelta(days=1)
RESEND = timedelta(seconds=10)  # a waiting report whose message may be lost


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was in the report before."""

    project: str
    name: str
    before: str
    after: str

    @property
    def lost(self) -> bool:
        return self.before == PermissionState.HELD and self.after == PermissionState.MISSING


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


def previous(report: PermissionReport) -> PermissionReport | None:
    """The finished report before this one, of the same connection, with a project in common."""
    before = PermissionReport.objects.filter(
        connection=report.connection_id, state=ReportState.FINISHED, created__lt=report.created
    )
    keys = {row["key"] for row in report.rows}
    for candidate in before.order_by("-created")[:20]:
        if keys & {row["key"] for row in candidate.rows}:
            return candidate
    return None


def changes_since(report: PermissionReport, before: PermissionReport | None) -> list[Difference]:
    """What the account gained and lost between two reports, in projects that both looked at."""
    if before is None:
        return []
    known = {(row["id"] or row["key"]): row for row in before.rows}
    found = []
    for row in report.rows:
        then = known.get(row["id"] or row["key"])
        states = {p["key"]: p["state"] for p in then["permissions"]} if then else {}
        found += [
            Difference(row["key"], p["name"], states[p["key"]], p["state"])
            for p in row["permissions"]
            if p["key"] in states and states[p["key"]] != p["state"]
        ]
    return found


def missing(report: PermissionReport) -> dict[str, list[str]]:
    """Project key → names of required permissions that it lacks."""
    found = {
        row["key"]: [
            p["name"]
            for p in row["permissions"]
            if p["need"] == requirements.REQUIRED and p["state"] == PermissionState.MISSING
        ]
        for row in report.rows
    }
    return {key: names for key, names in found.items() if names}


def text_for_admin(report: PermissionReport) -> str:
    """Everything to ask the Jira admin for, in one text; empty where nothing is missing."""
    lines = []
    for row in report.rows:
        names = [
            f"{p['name']} ({p['key']}, {p['need']})"
            for p in row["permissions"]
            if p["state"] == PermissionState.MISSING
        ]
        if names:
            lines.append(f"{row['key']} ({row['name']}): {', '.join(names)}")
    if not lines:
        return ""
    who = report.account_name or "the service user"
    head = (
        f"Please grant {who} these permissions in {report.connection.base_url} "
        "(Project settings → Permissions, by a role that the account belongs to):"
    )
    return "\n".join([head, *lines])


def compare_accounts(connection: Connection, offered: Credential) -> list[dict[str, Any]]:
    """Mapped project by mapped project: what the account held and what the offered one holds.

    `[{"key", "name", "permissions": [{"name", "need", "was", "now"}]}]`; a side that cannot be asked
    is unknown throughout.
    """
    wanted = [
        Project(row.remote_id, row.key, row.name)
        for row in connection.projects.all()[:MOST_COMPARED]
    ]
    was = _states_of(lambda: gateway.jira_for(connection, for_check=True), wanted)
    now = _states_of(lambda: credentials.candidate(connection, offered), wanted)
    shown = [row for row in requirements.PERMISSIONS if not row.is_global]
    return [
        {
            "key": project.key,
            "name": project.name,
            "permissions": [
                {
                    "name": row.name,
                    "need": row.need,
                    "was": was[project.id].get(row.key, PermissionState.UNKNOWN).value,
                    "now": now[project.id].get(row.key, PermissionState.UNKNOWN).value,
                }
                for row in shown
            ],
        }
        for project in wanted
    ]


def _states_of(
    client_of: Callable[[], JiraClient], projects: list[Project]
) -> dict[str, dict[str, PermissionState]]:
    try:
        return client_of().permissions.of_projects(projects, requirements.PROJECT_KEYS)
    except Explained:
        return {project.id: {} for project in projects}  # shown as unknown, never as missing


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
