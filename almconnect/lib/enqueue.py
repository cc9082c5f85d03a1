"""Wake a worker after commit, and never let a broker's trouble reach the person who saved a row.

Rows are the truth and messages are hints: the sweep finds the same work later. So a message that
cannot be sent is one log line, no more. Other faults (a task that does not exist, arguments that
are no ids) are ours and are raised. A task and its ids have one message on its way at most
(`in_flight`). This module must not decide what work there is.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
import structlog
from django.db import transaction
from kombu import Connection, pools
from kombu.exceptions import LimitExceeded, OperationalError

from almconnect.lib import in_flight

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
of_this_process = in_flight.ProcessTokens()  # where the broker is a part of this process
_connections: dict[tuple[int, int], Connection] = {}


def enqueue(task: Any, *ids: uuid.UUID | str | int) -> None:
    """Send `task(*ids)` once the current transaction commits; at once where there is none.

    A UUID travels as text. Raises TypeError for anything that is not an id: bodies and secrets
    have no business in the broker.
    """
    args = _ids(ids)
    transaction.on_commit(lambda: _send(task, args))


class Soon:
    """Hints for what arrives by the hundred, sent by a thread of its own.

    The first leaves at once; what else is asked of the same task and ids within `EVERY_SECONDS` is one
    message more. Whoever asks waits for no broker. A process that ends takes up to that many seconds
    of hints with it: the sweep finds the work.
    """

    EVERY_SECONDS = 0.1

    def __init__(self) -> None:
        self._asked: dict[tuple[str, tuple[str | int, ...]], Any] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def enqueue(self, task: Any, *ids: uuid.UUID | str | int) -> None:
        """Like `enqueue`: once the current transaction commits."""
        args = _ids(ids)
        transaction.on_commit(lambda: self._ask(task, args))

    def _ask(self, task: Any, args: tuple[str | int, ...]) -> None:
        if task.app.conf.task_always_eager:
            _send(task, args)
            return
        with self._changed:
            self._asked[task.name, args] = task
            if self._thread is None or not self._thread.is_alive():  # not alive after a fork, too
                self._thread = threading.Thread(target=self._go_on, name="hints", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _go_on(self) -> None:
        while True:
            with self._changed:
                while not self._asked:
                    self._changed.wait()
                asked, self._asked = self._asked, {}
            for (_, args), task in asked.items():
                try:
                    _send(task, args)
                except Exception:  # ours, not the broker's; the next hint must still leave
                    log.exception("hint not sent", task=task.name)
            time.sleep(self.EVERY_SECONDS)


soon = Soon()


def _ids(ids: tuple[uuid.UUID | str | int, ...]) -> tuple[str | int, ...]:
    for part in ids:
        if not isinstance(part, uuid.UUID | str | int):
            raise TypeError(f"A hint carries ids only, not {type(part).__name__}.")
    return tuple(str(part) if isinstance(part, uuid.UUID) else part for part in ids)


def _send(task: Any, args: tuple[str | int, ...], *, again: bool = False) -> None:
    """`again`: the message's token is held already; otherwise only the first of many wishes is sent."""
    if task.app.conf.task_always_eager:
        task.apply_async(args=args)
        return
    if not circuit.allows():
        return
    name = in_flight.name_of(task.name, args)
    with _trouble_is_a_line(task.name), _producer(task.app) as producer:
        tokens = _tokens(producer)
        if again or tokens.ask(name, _queue(task)):
            task.apply_async(args=args, producer=producer, retry=False)
            tokens.sent(name)


def begin(task: Any, args: tuple[str | int, ...]) -> int:
    """A worker begins with a message of this task: what `end` is to be told."""
    with _trouble_is_a_line(task.name), _producer(task.app) as producer:
        return _tokens(producer).begin(in_flight.name_of(task.name, args))
    return in_flight.UNKNOWN


def end(task: Any, args: tuple[str | int, ...], begun: int) -> None:
    """It has ended, well or not: the next wish is a message again. Whoever wished since `begin` gets
    one now, since their rows may have been saved after this run had looked.
    """
    again = False
    with _trouble_is_a_line(task.name), _producer(task.app) as producer:
        again = _tokens(producer).end(in_flight.name_of(task.name, args), begun)
    if again:
        _send(task, args, again=True)


@contextmanager
def _trouble_is_a_line(task: str) -> Iterator[None]:
    try:
        yield
    except BROKER_TROUBLE as trouble:
        circuit.failed()
        log.warning(
            "hint not sent: the broker does not answer; the sweep will find the work",
            task=task,
            trouble=type(trouble).__name__,
        )


def _producer(app: Any) -> Any:
    return pools.producers[_quick_connection(app)].acquire(block=True, timeout=PATIENCE_SECONDS)


def _tokens(producer: Any) -> in_flight.Tokens:
    client = getattr(producer.channel, "client", None)
    return of_this_process if client is None else in_flight.BrokerTokens(client)


def _queue(task: Any) -> str:
    return str(task.app.amqp.router.route({}, task.name)["queue"].name)


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
