"""One item's fault of our own ends that item's work, and no other's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction

from connections.access import concurrent_deletion
from connections.access.gateway import NotReady
from connections.models import Connection
from jira_client.errors import JiraError
from planning.models import Change
from sync.outbox import change_queue
from sync.pairs.trace import note
from sync.worker.lease import LeaseLost
from sync.worker.work_slot import Shift

log = structlog.get_logger(__name__)

OUR_FAULT = "our_fault"
# Not the item's: Jira's answers are judged elsewhere, and without lease, time or database all must end.
OF_ALL = (
    JiraError,
    NotReady,
    LeaseLost,
    SoftTimeLimitExceeded,
    OperationalError,
    InterfaceError,
    concurrent_deletion.Vanished,
)


@contextmanager
def isolated(
    connection: Connection, changes: Change | Iterable[Change], shift: Shift
) -> Iterator[None]:
    """Park these changes if the block fails on them, with our fault named; its traceback is logged."""
    try:
        yield
    except OF_ALL:
        raise
    except Exception as problem:
        rows = [changes] if isinstance(changes, Change) else list(changes)
        for project in {change.project for change in rows}:
            concurrent_deletion.raise_if_deleted(problem, project)
        log.exception("a change could not be handled", changes=[change.pk for change in rows])
        _park(connection, rows, type(problem).__name__, shift)


def _park(connection: Connection, changes: list[Change], problem: str, shift: Shift) -> None:
    message = (
        f"ALM Connect itself failed on this item ({problem}), not Jira. The log has the details; "
        "report them, and replay this change afterwards."
    )
    with transaction.atomic():
        shift.guard()
        change_queue.park([change.pk for change in changes], OUR_FAULT, message)
        for change in changes:
            note(
                connection,
                "send",
                "failed",
                message,
                item=change.item,
                change=change,
                code=OUR_FAULT,
            )
