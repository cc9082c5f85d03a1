"""Counts this process's requests to Jira, and keeps the counts in a small file for whoever scrapes.

Most requests are made by workers, which nobody scrapes; so each process writes its own file in the
data folder, as it does with its heartbeat, and the web process reads them all. Keeps no project,
person, path or address.
"""

from __future__ import annotations

import atexit
import bisect
import contextlib
import os
import socket
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson
from django.conf import settings

from outgoing.wire import Observation

BOUNDS: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
WRITE_EVERY = 2.0  # seconds
KEPT_FOR = 24 * 3600.0  # a process that is gone is forgotten after a day


@dataclass(slots=True)
class Count:
    """Requests with one outcome. `buckets`: how many took up to each of BOUNDS, and longer (last)."""

    total: int = 0
    seconds: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))

    def add(self, seconds: float) -> None:
        self.total += 1
        self.seconds += seconds
        self.buckets[bisect.bisect_left(BOUNDS, seconds)] += 1


class Tally:
    """Thread-safe counts by outcome, of the process that asks: a forked one begins its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, Count] = {}
        self._process = 0
        self._written = 0.0

    def note(self, connection_id: uuid.UUID, seen: Observation) -> None:
        with self._lock:
            if self._process != os.getpid():
                self._counts, self._process, self._written = {}, os.getpid(), 0.0
            outcome = seen.outcome
            if outcome == "answered" and seen.status is not None:
                outcome = f"{seen.status // 100}xx"
            self._counts.setdefault(outcome, Count()).add(seen.seconds)
            if time.monotonic() - self._written >= WRITE_EVERY:
                self._write()

    def flush(self) -> None:
        """What was counted since the last write, written now."""
        with self._lock:
            if self._process == os.getpid() and self._counts:
                self._write()

    def _write(self) -> None:
        self._written = time.monotonic()
        shown = {
            outcome: [one.total, one.seconds, one.buckets] for outcome, one in self._counts.items()
        }
        path = folder() / f"{socket.gethostname()}-{self._process}.json"
        half = path.with_suffix(".new")
        # A full disk must not keep a request from being answered; the next write tells it all.
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            half.write_bytes(orjson.dumps(shown))
            half.replace(path)


def folder() -> Path:
    return Path(settings.DATA_DIR) / "requests"


def everybodys() -> dict[str, dict[str, Count]]:
    """Process → outcome → count, of every process that shares the data folder."""
    own.flush()
    found: dict[str, dict[str, Count]] = {}
    for path in sorted(folder().glob("*.json")):
        try:
            if time.time() - path.stat().st_mtime > KEPT_FOR:
                path.unlink()
                continue
            rows = orjson.loads(path.read_bytes())
        except FileNotFoundError:  # another scrape removed it between the two looks
            continue
        found[path.stem] = {outcome: Count(*row) for outcome, row in rows.items()}
    return found


own = Tally()  # among the observers of every call to Jira (almconnect/apps.py)
atexit.register(own.flush)
