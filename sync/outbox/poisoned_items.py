"""One item on which we fail ourselves ends that item's work, and no other's, in either direction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction

from connections.access import concurrent_deletion
from connections.access.gateway import NotReady
from connections.models import Connection, MappedProject
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

Row = TypeVar("Row")
Done = TypeVar("Done")


def raise_if_of_all(problem: Exception, projects: Iterable[MappedProject]) -> None:
    """Raise what is no fault on one item: those OF_ALL, and Vanished where one of these projects was
    deleted meanwhile.
    """
    if isinstance(problem, OF_ALL):
        raise problem
    for project in projects:
        concurrent_deletion.raise_if_deleted(problem, project)


def in_halves(
    project: MappedProject,
    rows: Sequence[Row],
    work: Callable[[Sequence[Row]], Done],
    poisoned: Callable[[Row, Exception], None],
) -> list[Done]:
    """What `work` answers for these rows of a project, all at once; where we fail on them, for each half,
    until the one on which we fail stands alone.

    `work` must bear being repeated. `poisoned`: what to do with the one and its error, while that is
    handled. Raises what is OF_ALL.
    """
    try:
        return [work(rows)]
    except Exception as problem:
        raise_if_of_all(problem, (project,))
        if not rows:
            raise
        if len(rows) == 1:
            poisoned(rows[0], problem)
            return []
    half = len(rows) // 2
    return [
        done
        for some in (rows[:half], rows[half:])
        for done in in_halves(project, some, work, poisoned)
    ]


@contextmanager
def isolated(
    connection: Connection, changes: Change | Iterable[Change], shift: Shift
) -> Iterator[None]:
    """Park these changes if the block fails on them, with our fault named; its traceback is logged."""
    try:
        yield
    except Exception as problem:  # noqa: BLE001  # judged by raise_if_of_all, logged by park
        rows = [changes] if isinstance(changes, Change) else list(changes)
        raise_if_of_all(problem, (change.project for change in rows))
        park(connection, rows, problem, shift)


def park(
    connection: Connection, changes: Sequence[Change], problem: Exception, shift: Shift
) -> None:
    """Park these changes for an error of ours that is being handled. Raises LeaseLost."""
    log.exception("a change could not be handled", changes=[change.pk for change in changes])
    message = (
        f"ALM Connect itself failed on this item ({type(problem).__name__}), not Jira. The log has the "
        "details; report them, and replay this change afterwards."
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
