"""The guarantee below the webhooks: what was updated since the watermark, read again and again.

JQL tells time to the minute and in the account's own time zone, so each poll overlaps the last by
minutes; what was read before changes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from django.conf import settings
from django.utils import timezone

from connections import health
from connections.gateway import NotReady, jira_for
from connections.models import Connection, MappedProject
from connections.sealing import SealBroken
from jira_client import jql
from jira_client.client import JiraClient
from jira_client.errors import Invalid, JiraError
from jira_client.values import Issue
from sync import absence, adopting, halving, placing
from sync.core.mapping import OPERATION_PROPERTY
from sync.lease import LeaseLost, holding
from sync.rules import rules_of

OVERLAP = timedelta(minutes=5)
BATCH = 100


def scope(project: MappedProject) -> str:
    """The JQL of what belongs to this mapping: by the project's id, since its key may be changed."""
    own = (
        f"project = {project.remote_id if project.remote_id.isdigit() else jql.quote(project.key)}"
    )
    return f"{own} AND ({project.jql})" if project.jql.strip() else own


def poll(project_id: uuid.UUID) -> None:
    """Read what this project's issues became since the last poll."""
    project = (
        MappedProject.objects.select_related("connection")
        .filter(pk=project_id, connection__in=Connection.objects.running())
        .first()
    )
    if project is None or not (project.reads_jira or project.writes_jira):
        return
    connection = project.connection
    if connection.call_after and connection.call_after > timezone.now():
        return
    with holding(f"poll:{project_id}") as held:
        if held is None:
            return
        try:
            jira = jira_for(connection)
            newest = _read_since(jira, project)
            absence.look_again(connection, jira, project)
        except Invalid as error:
            _refused(connection, jira, project, error)
            return
        except (JiraError, SealBroken) as error:
            health.note_failure(connection, error)
            return
        except (NotReady, LeaseLost):
            return
        health.note_success(connection, incoming=True)
        placing.place(project.pk)
        if newest is not None:
            MappedProject.objects.filter(pk=project_id).update(watermark=newest)


def _refused(
    connection: Connection, jira: JiraClient, project: MappedProject, error: Invalid
) -> None:
    """Jira does not take the question: most often, because the account sees the project no more."""
    try:
        if absence.note_out_of_sight(connection, jira, project):
            return
    except (JiraError, SealBroken) as worse:
        health.note_failure(connection, worse)
        return
    health.note_failure(connection, error)


def _read_since(jira: JiraClient, project: MappedProject) -> datetime | None:
    """Read and apply page by page; the newest `updated` that was seen, None if there was nothing."""
    query = scope(project)
    if project.watermark is not None:
        since = jql.moment(project.watermark - OVERLAP, project.connection.time_zone or None)
        query += f" AND updated >= {since}"
    marks = (OPERATION_PROPERTY,) if adopting.waiting_creates(project) else ()
    query += " ORDER BY updated ASC"
    newest = project.watermark
    in_order = jira.flavour.search_style == "token"  # elsewhere pages come by id, not by time
    began = timezone.now()
    issues = jira.search.all(query, rules_of(project).read_fields, BATCH, marks)
    for batch in batches(issues, BATCH):
        halving.receive(jira, project, batch, began=began, asked=bool(marks))
        newest = max((i.updated for i in batch if i.updated), default=newest)
        if in_order and newest is not None:
            # What is read is read: an error in the ten-thousandth page must not begin at the first.
            MappedProject.objects.filter(pk=project.pk).update(watermark=newest)
        began = timezone.now()
    return newest


def batches(issues: Iterator[Issue], size: int) -> Iterator[Sequence[Issue]]:
    while batch := list(islice(issues, size)):
        yield batch


def next_poll() -> datetime:
    return timezone.now() + timedelta(seconds=settings.POLL_SECONDS)


def jira_clock(jira: JiraClient) -> datetime:
    """Jira's own time, by which `updated` is written; ours where it does not tell."""
    info = jira.server_info()
    return info.date_header or info.server_time or datetime.now(UTC)
