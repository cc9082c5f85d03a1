"""Ends calls that take too long in total, however steadily a server drips.

Socket timeouts bound each wait, not their sum. One thread per process watches all calls and shuts
the socket of a call whose time is up; the caller then sees its connection end and asks
`guard.fired`. It must not know about HTTP.

Source: none; there is no rule about Jira here.
"""

import contextlib
import heapq
import itertools
import os
import socket
import threading
import time
from types import TracebackType
from typing import Self


class Guard:
    """The deadline of one call. Give it every socket that the call uses by `watch`.

    It holds a duplicate of the socket, which stays good while TLS takes over the first one, and
    when the HTTP library lets go of a connection before the answer's body has been read.
    """

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.fired = False
        self._handle: socket.socket | None = None
        self._lock = threading.Lock()
        self._over = False

    def watch(self, sock: socket.socket) -> None:
        """Takes the socket to shut when time is up; shuts it at once if it already is. Raises OSError."""
        with self._lock:
            self._let_go()
            self._handle = socket.fromfd(sock.fileno(), sock.family, sock.type)
            if self.fired:
                self._shut()

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.deadline - time.monotonic())

    def fire(self) -> None:
        """Shuts the socket, since time is up, unless the call has ended."""
        with self._lock:
            if not self._over:
                self.fired = True
                self._shut()

    def __enter__(self) -> Self:
        _watch.add(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._over = True
            self._let_go()

    def _shut(self) -> None:
        if self._handle is not None:
            # The other side may have ended it a moment before.
            with contextlib.suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)

    def _let_go(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self._over


class _Watch:
    """The heap of deadlines and the thread that sleeps until the next of them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._heap: list[tuple[float, int, Guard]] = []
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    def add(self, guard: Guard) -> None:
        with self._changed:
            heapq.heappush(self._heap, (guard.deadline, next(self._numbers), guard))
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="call-watchdog", daemon=True)
                self._thread.start()
            elif self._heap[0][2] is guard:
                self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._drop_ended()
                if not self._heap:
                    self._changed.wait()
                    continue
                wait = self._heap[0][0] - time.monotonic()
                if wait > 0:
                    # Ended calls are dropped at least this often, so memory stays flat.
                    self._changed.wait(min(wait, 1.0))
                    continue
                guard = heapq.heappop(self._heap)[2]
            guard.fire()

    def _drop_ended(self) -> None:
        while self._heap and self._heap[0][2].over:
            heapq.heappop(self._heap)


_watch = _Watch()


def _start_anew() -> None:
    # Threads and held locks do not survive fork(), which Celery's workers do.
    global _watch
    _watch = _Watch()


os.register_at_fork(after_in_child=_start_anew)
