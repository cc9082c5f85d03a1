"""A run (an import, or a comparison) in a process of its own, measured: seconds, CPU, calls, memory.

Of its own, so that the peak of memory is that run's. The runs of one installation share a folder and a
database: an import, and comparisons of what it brought.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import _environment

IMPORT, RECONCILE = "import", "reconcile"


@dataclass(slots=True)
class Used:
    """`database_seconds`: CPU of the PostgreSQL process that served the run; None elsewhere."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    database_seconds: float | None = None


@contextmanager
def watched() -> Iterator[Used]:
    """What the block used, known at its end."""
    used = Used()
    backend = _backend()
    began, cpu, theirs = time.perf_counter(), time.process_time(), _cpu_of(backend)
    yield used
    used.seconds, used.cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    if theirs is not None and (now := _cpu_of(_backend())) is not None and backend == _backend():
        used.database_seconds = now - theirs


def _backend() -> int | None:
    """The process of PostgreSQL at the other end of this thread's connection."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _cpu_of(process: int | None) -> float | None:
    """CPU seconds of a process of this machine; None where it is on another."""
    stat = Path(f"/proc/{process}/stat")
    if process is None or not stat.exists():
        return None
    words = stat.read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def run(
    kind: str, server: _environment.Server, folder: Path, database: str, issues: int
) -> dict[str, Any]:
    """One run to its end; the first in this folder must be an import of so many issues."""
    server.reset()
    command = [sys.executable, "-m", "benchmarks._runs", kind, server.url, str(folder), database]
    done = subprocess.run(
        command, cwd=_environment.ROOT, stdout=subprocess.PIPE, text=True, timeout=300 + issues / 50
    )
    assert done.returncode == 0, f"the {kind} of {issues} issues failed"
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert found["done"] == issues, found
    calls = sum(server.calls().values())
    return {"issues": issues, "calls": calls, **found, "load": os.getloadavg()[0]}


def main(kind: str, url: str, folder: str, database: str) -> None:
    """In the run's own process: its figures as JSON on standard output."""
    _environment.prepare(Path(folder), database)
    from connections.models import MappedProject
    from sync.models import RunKind
    from sync.runs import project_runs

    if kind == IMPORT:
        from accounts.models import User
        from sync.mapping import project_mapping

        connection = _environment.connected(url)
        person = User.objects.get(username="bench")
        _, asked = project_mapping.map_project(connection, _environment.PROJECT, actor=person)
    else:
        asked = project_runs.request(MappedProject.objects.get(), RunKind.RECONCILE)
    before = _environment.peak_mb()
    with watched() as used:
        _environment.finish(project_runs.work, asked)
    print(
        json.dumps(
            {"seconds": used.seconds, "cpu_seconds": used.cpu_seconds,
             "database_seconds": used.database_seconds, "before_mb": before,
             "peak_mb": _environment.peak_mb(), "done": asked.done}
        )
    )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
