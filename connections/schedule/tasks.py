"""Wake-ups of the workers: load by id, call one verb. The tick of `sync` calls `sweep`."""

from __future__ import annotations

import uuid

from celery import shared_task

from almconnect.lib.enqueue import enqueue
from connections.access.concurrent_deletion import ends_with
from connections.health import expiry
from connections.models import PermissionReport
from connections.oauth import oauth_flow, renewal
from connections.probes import light_check
from connections.report import permission_report
from connections.setup import change_over


@shared_task(name="connections.take_report")
def take_report(report_id: str) -> None:
    rows = PermissionReport.objects.filter(pk=uuid.UUID(report_id))
    connection = rows.values_list("connection_id", flat=True).first()
    if connection is not None:
        with ends_with(connection):
            permission_report.take(report_id)


@shared_task(name="connections.renew_token")
def renew_token(connection_id: str) -> None:
    with ends_with(uuid.UUID(connection_id)):
        renewal.renew(connection_id)


@shared_task(name="connections.keep_token_alive")
def keep_token_alive(connection_id: str) -> None:
    with ends_with(uuid.UUID(connection_id)):
        renewal.keep_alive(connection_id)


@shared_task(name="connections.check_lightly")
def check_lightly(connection_id: str) -> None:
    with ends_with(uuid.UUID(connection_id)):
        light_check.take(connection_id)


@shared_task(name="connections.change_over")
def go_over(connection_id: str) -> None:
    with ends_with(uuid.UUID(connection_id)):
        change_over.take_due(connection_id)


def sweep() -> int:
    """Ask for renewals, for going over to a second way in, light checks and daily reports, warn of what
    ends, and send again what waits without a message. Returns how many reports waited."""
    oauth_flow.end_expired()
    expiry.warn()
    for key in light_check.due().values_list("pk", flat=True)[:20]:
        enqueue(check_lightly, key)
    for key in renewal.due().values_list("pk", flat=True):
        enqueue(renew_token, key)
    for key in change_over.due().values_list("pk", flat=True):
        enqueue(go_over, key)
    for key in renewal.unused().values_list("pk", flat=True)[:20]:
        enqueue(keep_token_alive, key)
    for row in permission_report.request_daily():
        enqueue(take_report, row.pk)
    ids = list(permission_report.overdue_reports().values_list("pk", flat=True)[:50])
    for report_id in ids:
        enqueue(take_report, report_id)
    return len(ids)
