"""What is worked on may go away meanwhile: a connection is deleted, a project unmapped. That is an outcome.

The database then refuses rows that point at what is gone, or misses the row that is to be saved. Such
an error is told apart from a fault here, for every piece of work: if the connection, or one of its
projects, that was there at the beginning is gone by now, the work ends quietly.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, transaction
from django.db import connection as database

from connections.models import Connection, MappedProject

log = structlog.get_logger(__name__)

SIGNS: Final = (DatabaseError, ObjectDoesNotExist)


class Vanished(Exception):
    """What this work is about was deleted while it went on; nothing more is to be done."""


@contextmanager
def ends_with(connection_id: uuid.UUID) -> Iterator[None]:
    """`with ends_with(connection_id):` around a piece of work for a connection. The block ends without
    an error where that is deleted meanwhile, or one of its projects unmapped.
    """
    before = _projects_of(connection_id)
    try:
        yield
    except Vanished:
        log.info("the work ended: what it was about was deleted", connection=str(connection_id))
    except SIGNS as problem:
        if not _is_gone(connection_id, before):
            raise
        log.info(
            "the work ended: what it was about was deleted",
            connection=str(connection_id),
            sign=type(problem).__name__,
        )


def raise_if_deleted(problem: BaseException, project: MappedProject | None) -> None:
    """Raises Vanished where this error only says that the project is gone; call it before a failure is
    put down to one issue or one change.
    """
    if project is None or not isinstance(problem, SIGNS) or database.needs_rollback:
        return
    if not MappedProject.objects.filter(pk=project.pk).exists():
        raise Vanished from problem


def _projects_of(connection_id: uuid.UUID) -> set[uuid.UUID]:
    return set(MappedProject.objects.filter(connection=connection_id).values_list("pk", flat=True))


def _is_gone(connection_id: uuid.UUID, before: set[uuid.UUID]) -> bool:
    if database.needs_rollback:  # inside somebody's transaction: theirs to say
        return False
    with transaction.atomic():  # behind whoever is deleting it at this moment
        there = Connection.objects.filter(pk=connection_id).select_for_update(no_key=True)
        if not list(there.values_list("pk")):
            return True
        rows = MappedProject.objects.filter(connection=connection_id).order_by("pk")
        left = rows.select_for_update(no_key=True).values_list("pk", flat=True)
        return bool(before - set(left))
