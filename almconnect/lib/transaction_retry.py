"""Deleting what workers are at: a row that they add at that very moment must not make it fail."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from django.db import IntegrityError, OperationalError, transaction

T = TypeVar("T")
TIMES: Final = 6
PAUSE: Final = 0.05  # seconds, and a little longer each time


def in_retried_transaction(work: Callable[[], T]) -> T:
    """The result of `work`, which is done in one transaction and again where the database found that
    somebody else had just written what stands in its way. Raises its last error.

    Inside another transaction it is tried once: what went before it could not be undone.
    """
    outermost = not transaction.get_connection().in_atomic_block
    for time_left in range(TIMES - 1 if outermost else 0, -1, -1):
        try:
            with transaction.atomic():
                return work()
        except (IntegrityError, OperationalError):
            if not time_left:
                raise
            time.sleep(PAUSE * (TIMES - time_left))
    raise AssertionError("The last time returns or raises.")
