"""No slow Jira may occupy every thread of a worker: who may start now, of this process's threads.

A wake-up that may not start simply ends: its work is in rows and the next tick, two seconds later,
wakes it again. So a connection never waits for the answers of another.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings

PER_CONNECTION = 2  # wake-ups of one kind that one connection may have at once
SLOW = 3.0  # seconds after which a wake-up is a slow one
REMEMBERED = 120.0


@dataclass(slots=True)
class _Running:
    connection: uuid.UUID
    kind: str
    began: float


@dataclass(slots=True)
class Lanes:
    """Slow connections share half of the threads, and so do imports; the rest is for the quick."""

    threads: int
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _running: list[_Running] = field(default_factory=list)
    _slow_until: dict[uuid.UUID, float] = field(default_factory=dict)

    @contextmanager
    def entering(self, connection: uuid.UUID, kind: str) -> Iterator[bool]:
        """Whether this wake-up may go on; it counts as running until the context is left."""
        mine = _Running(connection, kind, time.monotonic())
        entered = self._enter(mine)
        try:
            yield entered
        finally:
            if entered:
                self._leave(mine)

    def _enter(self, mine: _Running) -> bool:
        with self._lock:
            same = [one for one in self._running if one.kind == mine.kind]
            if sum(one.connection == mine.connection for one in same) >= PER_CONNECTION:
                return False
            most = max(1, self.threads // 2)
            if mine.kind == "bulk" and len(same) >= most:
                return False
            if self._is_slow(mine.connection, mine.began):
                slow = [one for one in self._running if self._is_slow(one.connection, mine.began)]
                if len(slow) >= most:
                    return False
            self._running.append(mine)
            return True

    def _leave(self, mine: _Running) -> None:
        with self._lock:
            self._running.remove(mine)
            now = time.monotonic()
            # An import's slice is long by design, which says nothing about its Jira.
            if mine.kind != "bulk" and now - mine.began >= SLOW:
                self._slow_until[mine.connection] = now + REMEMBERED
            elif mine.kind != "bulk":
                self._slow_until.pop(mine.connection, None)

    def _is_slow(self, connection: uuid.UUID, now: float) -> bool:
        if self._slow_until.get(connection, 0.0) > now:
            return True
        return any(
            one.connection == connection and one.kind != "bulk" and now - one.began >= SLOW
            for one in self._running
        )


lanes = Lanes(int(settings.WORKER_THREADS))
