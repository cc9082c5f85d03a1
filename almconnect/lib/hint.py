"""Wake a worker after commit, and never let a broker's trouble reach the person who saved a row.

Rows are the truth and messages are hints: the sweep finds the same work later. So a message that
cannot be sent is one log line, no more. Other faults (a task that does not exist, arguments that
are no ids) are ours and are raised. This module must not decide what work there is.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from typing import Any

import redis
import structlog
from django.db import transaction
from kombu import Connection, pools
from kombu.exceptions import LimitExceeded, OperationalError

log = structlog.get_logger(__name__)

QUIET_SECONDS = 2.0
PATIENCE_SECONDS = 0.3  # for a connection and for an answer, each tried twice at most: about 0.7 s
POOL_SIZE = 20
BROKER_TROUBLE = (
    OperationalError,
    LimitExceeded,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    OSError,
)


class Circuit:
    """Closed after a failure for `QUIET_SECONDS`, so that a dead broker costs one wait, not one each."""

    def __init__(self) -> None:
        self._quiet_until = 0.0
        self._lock = threading.Lock()

    def allows(self) -> bool:
        with self._lock:
            return time.monotonic() >= self._quiet_until

    def failed(self) -> None:
        with self._lock:
            self._quiet_until = time.monotonic() + QUIET_SECONDS

    def reset(self) -> None:
        with self._lock:
            self._quiet_until = 0.0


circuit = Circuit()
_connections: dict[tuple[int, int], Connection] = {}


def hint(task: Any, *ids: uuid.UUID | str | int) -> None:
    """Send `task(*ids)` once the current transaction commits; at once where there is none.

    A UUID travels as text. Raises TypeError for anything that is not an id: bodies and secrets
    have no business in the broker.
    """
    for part in ids:
        if not isinstance(part, uuid.UUID | str | int):
            raise TypeError(f"A hint carries ids only, not {type(part).__name__}.")
    args = tuple(str(part) if isinstance(part, uuid.UUID) else part for part in ids)
    transaction.on_commit(lambda: _send(task, args))


def _send(task: Any, args: tuple[str | int, ...]) -> None:
    if task.app.conf.task_always_eager:
        task.apply_async(args=args)
        return
    if not circuit.allows():
        return
    try:
        connection = _quick_connection(task.app)
        with pools.producers[connection].acquire(block=True, timeout=PATIENCE_SECONDS) as producer:
            task.apply_async(args=args, producer=producer, retry=False)
    except BROKER_TROUBLE as trouble:
        circuit.failed()
        log.warning(
            "hint not sent: the broker does not answer; the sweep will find the work",
            task=task.name,
            trouble=type(trouble).__name__,
        )


def _quick_connection(app: Any) -> Connection:
    """A connection description of our own: workers wait long for messages, people do not wait at all."""
    key = (os.getpid(), id(app))
    found = _connections.get(key)
    if found is None:
        usual = app.connection_for_write()
        options = {
            **usual.transport_options,
            "socket_connect_timeout": PATIENCE_SECONDS,
            "socket_timeout": PATIENCE_SECONDS,
            "retry_on_timeout": False,
            # kombu waits 2, then 4 seconds between tries of a connection unless it is told not to.
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0,
            "interval_max": 0,
            "max_connections": POOL_SIZE,
        }
        found = _connections[key] = usual.clone(transport_options=options)
    return found


def broker_answers(app: Any) -> bool:
    """Whether the broker can be reached now, within a second. Opens and closes a connection."""
    try:
        with _quick_connection(app).clone() as connection:
            connection.connect()
    except BROKER_TROUBLE:
        return False
    return True
