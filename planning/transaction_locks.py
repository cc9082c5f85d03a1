"""Taking turns: a lock for the rest of the transaction, where the database lets writers run side by side.

SQLite has one writer at a time, so there it is free. Order, so that nobody deadlocks: parents first,
then rows by id, the feed last.
"""

from __future__ import annotations

from enum import IntEnum

from django.db import connection, transaction


class Turn(IntEnum):
    """Our keys among PostgreSQL's advisory locks ("ALM" and a letter)."""

    FEED = 0x414C4D46
    PARENTS = 0x414C4D50


def take_turn(turn: Turn) -> None:
    """Wait for this turn and keep it until the transaction ends.

    Raises TransactionManagementError outside a transaction: the turn would be over at once.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(f"{turn.name} needs a transaction.")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(turn)])
