"""From waiting deliveries to merged items: gather the issue ids, read them in bulk, apply.

A hundred deliveries cost one or two calls. A delivery is only a hint, so its order, its repetition
and its forgery cannot matter: what counts is what Jira answers now.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from connections import health
from connections.gateway import NotReady, jira_for
from connections.models import Connection, Direction, MappedProject
from connections.sealing import SealBroken
from jira_client import jql
from jira_client.client import JiraClient
from jira_client.errors import JiraError
from jira_client.values import Issue
from sync import absence, moved, outbox, pull
from sync.core.mapping import OPERATION_PROPERTY
from sync.core.retry import backoff
from sync.lease import LeaseLost, holding
from sync.models import Delivery, DeliveryState, Shadow
from sync.rules import rules_of

SLICE = 500
DELETED = "jira:issue_deleted"


def drain(connection_id: uuid.UUID) -> bool:
    """One slice of a connection's inbox; True if there may be more."""
    connection = Connection.objects.running().filter(pk=connection_id).first()
    if connection is None or (connection.call_after and connection.call_after > timezone.now()):
        return False
    with holding(f"drain:{connection_id}") as held:
        if held is None:
            return False
        rows = list(
            Delivery.objects.filter(
                connection=connection, state=DeliveryState.WAITING, due__lte=timezone.now()
            )
            .defer("body")
            .order_by("id")[:SLICE]
        )
        if not rows:
            return False
        try:
            changed = _read(connection, jira_for(connection), rows)
        except (JiraError, SealBroken) as error:
            health.note_failure(connection, error)
            _later(rows, str(error))
            return False
        except (NotReady, LeaseLost):
            return False
        health.note_success(connection, incoming=True)
        return changed or len(rows) == SLICE


def _read(connection: Connection, jira: JiraClient, rows: Sequence[Delivery]) -> bool:
    wanted = {row.issue_id for row in rows} | {row.other_issue_id for row in rows}
    wanted.discard("")
    projects = {project.remote_id: project for project in connection.projects.all()}
    for project in projects.values():
        project.connection = connection
    ours, foreign = _of_mapped(connection, rows, wanted, projects)
    found = read_issues(connection, jira, projects, sorted(ours, key=_number))
    deleted = {row.issue_id for row in rows if row.event == DELETED}
    for project in projects.values():
        if project.direction != Direction.PAUSED:
            missing = _in_project(project, ours - found)
            absence.note_missing(connection, jira, project, missing, deleted=deleted)
    _settle(rows, foreign, _paused(connection, rows, wanted, projects))
    return bool(found)


def _number(issue_id: str) -> tuple[int, str]:
    return (int(issue_id), "") if issue_id.isdigit() else (0, issue_id)


def _of_mapped(
    connection: Connection,
    rows: Sequence[Delivery],
    wanted: set[str],
    projects: dict[str, MappedProject],
) -> tuple[set[str], set[str]]:
    """Issues that concern a mapping, and those that do not. The project named in a body is a hint
    for skipping only: an issue we know is always read.
    """
    known = set(
        Shadow.objects.filter(connection=connection, remote_id__in=wanted).values_list(
            "remote_id", flat=True
        )
    )
    elsewhere = {row.issue_id for row in rows if row.project_id and row.project_id not in projects}
    foreign = elsewhere - known
    return wanted - foreign, foreign


def read_issues(
    connection: Connection,
    jira: JiraClient,
    projects: dict[str, MappedProject],
    ids: Sequence[str],
) -> set[str]:
    """Read these issues in bulk and apply them, each to its own project; the ids that were read."""
    live = [project for project in projects.values() if project.direction != Direction.PAUSED]
    if not ids or not live:
        return set(ids)  # not asked for, so nothing may be concluded from their absence
    fields = sorted({name for project in live for name in rules_of(project).read_fields})
    known = set(
        Shadow.objects.filter(connection=connection, remote_id__in=ids).values_list(
            "remote_id", flat=True
        )
    )
    began = timezone.now()
    found = list(jira.issues.fetch([one for one in ids if one in known], fields).issues)
    found += _read_unknown(jira, live, [one for one in ids if one not in known], fields)
    groups: dict[str, list[Issue]] = {}
    for issue in found:
        groups.setdefault(str((issue.fields.get("project") or {}).get("id", "")), []).append(issue)
    for remote_project, issues in groups.items():
        project = projects.get(remote_project)
        if project is None:
            moved.mark(connection, issues)
        elif project.direction != Direction.PAUSED:
            applied = pull.take_in(jira, project, issues, began=began)
            outbox.ensure(project, applied.push)
    return {issue.id for issue in found}


def _read_unknown(
    jira: JiraClient, live: Sequence[MappedProject], ids: Sequence[str], fields: Sequence[str]
) -> list[Issue]:
    """Issues the board does not have: perhaps our own create, perhaps outside a mapping's filter."""
    if not ids:
        return []
    marks = (OPERATION_PROPERTY,) if pull.waiting_creates(live[0]) else ()
    found = jira.issues.fetch(ids, fields, marks).issues
    filters = {project.remote_id: project.jql for project in live if project.jql}
    kept = []
    for issue in found:
        jql_filter = filters.get(str((issue.fields.get("project") or {}).get("id", "")))
        own = OPERATION_PROPERTY in issue.properties
        if (
            not jql_filter
            or own
            or next(jira.search.ids(jql.and_(jql_filter, f"id = {issue.id}")), None)
        ):
            kept.append(issue)
    return kept


def _in_project(project: MappedProject, ids: set[str]) -> list[str]:
    return list(
        Shadow.objects.filter(project=project, remote_id__in=ids).values_list(
            "remote_id", flat=True
        )
    )


def _paused(
    connection: Connection,
    rows: Sequence[Delivery],
    wanted: set[str],
    projects: dict[str, MappedProject],
) -> set[str]:
    """Issues of paused mappings. They are not read now: resuming compares the project whole."""
    paused = {p.remote_id: p.pk for p in projects.values() if p.direction == Direction.PAUSED}
    if not paused:
        return set()
    held = Shadow.objects.filter(
        connection=connection, remote_id__in=wanted, project__in=paused.values()
    )
    named = {row.issue_id for row in rows if row.project_id in paused}
    return named | set(held.values_list("remote_id", flat=True))


def _settle(rows: Sequence[Delivery], foreign: set[str], paused: set[str]) -> None:
    now = timezone.now()
    ignored = [row.pk for row in rows if row.issue_id in foreign]
    no_issue = [row.pk for row in rows if not row.issue_id]
    noted = [row.pk for row in rows if row.issue_id in paused]
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=DeliveryState.DONE, settled=now, detail=""
    )
    Delivery.objects.filter(pk__in=ignored).update(
        state=DeliveryState.IGNORED, detail="The issue's project is not mapped."
    )
    Delivery.objects.filter(pk__in=noted).update(
        state=DeliveryState.IGNORED,
        detail="The project is paused. It is compared whole when it is resumed.",
    )
    Delivery.objects.filter(pk__in=no_issue).update(
        state=DeliveryState.IGNORED, detail="The delivery names no issue."
    )


def _later(rows: Sequence[Delivery], why: str) -> None:
    ids = [row.pk for row in rows]
    delay = timedelta(seconds=backoff(min(row.attempts for row in rows) + 1, 0.5))
    mine = Delivery.objects.filter(pk__in=ids)
    mine.update(attempts=F("attempts") + 1, due=timezone.now() + delay, detail=why[:500])
