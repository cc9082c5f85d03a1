"""What benchmarks share: a Django of their own on an empty database, a server beside it, a connection.

Not for the product: everything made here is thrown away at the end.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from connections.models import Connection

ROOT = Path(__file__).resolve().parent.parent
PROJECT = "BENCH"
POSTGRES = "BENCH_POSTGRES"  # environment: postgres://user@host/maintenance-database
USER, TOKEN = "svc-alm@example.com", "benchmark"


def prepare(folder: Path, database: str = "") -> None:
    """A Django in this process with an empty database: SQLite in `folder`, or the one addressed."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="almconnect.settings",
        ALMCONNECT_DATA_DIR=str(folder / "data"),
        ALMCONNECT_DATABASE_URL=database,
        ALMCONNECT_EGRESS_ALLOW="127.0.0.0/8",
        ALMCONNECT_LOG_LEVEL="ERROR",
        XDG_CONFIG_HOME=str(folder / "config"),
    )
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    # Messages to workers are hints: the benchmark calls the verbs itself.
    from almconnect.lib import enqueue

    enqueue.circuit.allows = lambda: False  # type: ignore[method-assign]


def end_by_exception() -> None:
    """SIGTERM ends the run like Ctrl-C does: databases are dropped, processes ended."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def kinds() -> list[str]:
    """The databases that there are to measure on."""
    return ["SQLite", "PostgreSQL"] if os.environ.get(POSTGRES) else ["SQLite"]


@contextlib.contextmanager
def database(kind: str) -> Iterator[str]:
    """The address of a fresh database of this kind; empty for SQLite, which `prepare` makes."""
    with postgres() if kind == "PostgreSQL" else contextlib.nullcontext("") as address:
        yield address


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The address of a fresh PostgreSQL database; empty where BENCH_POSTGRES names no server."""
    end_by_exception()
    server = os.environ.get(POSTGRES, "")
    if not server:
        yield ""
        return
    import psycopg

    name = f"bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{server.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


class Server:
    """The benchmark's Jira in a process of its own."""

    def __init__(self, url: str) -> None:
        self.url = url

    def latency(self, milliseconds: float) -> None:
        self._tell("latency", {"ms": milliseconds})

    def reset(self) -> None:
        self._tell("reset", {})

    def touch(self, issue_id: int, summary: str) -> None:
        """Somebody edits an issue in Jira."""
        self._tell("touch", {"id": issue_id, "summary": summary})

    def faults(self, rate: float = 0.0, per_second: float = 0.0) -> None:
        """What strikes from now on, see `benchmarks._faults`."""
        self._tell("faults", {"rate": rate, "per_second": per_second})

    def concurrent_edits(self, deletes: int, edits: int) -> None:
        """People delete and edit so many while the issues are read, see `benchmarks._concurrent_edits`."""
        self._tell("concurrent_edits", {"deletes": deletes, "edits": edits})

    def truth(self) -> dict[str, Any]:
        """`ids` that are there, `edited` (id → summary) by the concurrent edits; how many are `to_come`."""
        found: dict[str, Any] = self._tell("truth", {})
        return found

    def calls(self) -> dict[str, int]:
        """Since the reset, by method and path, those that faults struck among them."""
        found: dict[str, int] = self._tell("state", {})["calls"]
        return found

    def struck(self) -> dict[str, int]:
        """Status → how many calls it was answered to by a fault, since the reset."""
        found: dict[str, int] = self._tell("state", {})["struck"]
        return found

    def writes(self) -> dict[str, float]:
        """Issue id → when (Unix time) the last write of it was answered."""
        return dict(self._tell("writes", {}))

    def _tell(self, what: str, body: dict[str, Any]) -> Any:
        answer = requests.post(f"{self.url}/bench/{what}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()


@contextlib.contextmanager
def server(*words: str) -> Iterator[Server]:
    """A running server with these options of `benchmarks._server`."""
    end_by_exception()
    command = [sys.executable, "-m", "benchmarks._server", *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Server(json.loads(process.stdout.readline())["url"])
        finally:
            process.terminate()
            process.wait(10)


def connected(url: str, name: str = "Bench") -> Connection:
    """An active connection by Basic auth."""
    from accounts.models import User
    from almconnect.lib.secret import Secret
    from connections.credentials import credentials
    from connections.credentials.credentials import Credential
    from connections.models import Connection
    from connections.setup import settings_editing

    person, _ = User.objects.get_or_create(username="bench", defaults={"role": "admin"})
    draft = settings_editing.create(actor=person, name=name, base_url=url, auth_method="basic")
    assert credentials.offer(draft, Credential("basic", Secret(TOKEN), USER), actor=person), (
        draft.diagnosis
    )
    return Connection.objects.get(pk=draft.pk)


def imported(url: str) -> tuple[Connection, Any]:
    """A connection with its project mapped and imported: (connection, mapped project)."""
    from accounts.models import User
    from sync.mapping import project_mapping
    from sync.runs import project_runs

    connection = connected(url)
    person = User.objects.get(username="bench")
    project, run = project_mapping.map_project(connection, PROJECT, actor=person)
    finish(project_runs.work, run)
    return connection, project


def finish(work: Callable[[uuid.UUID], bool], run: Any, within: float = 0.0) -> None:
    """Call a run's slices until it is final; where one puts it off, again when it is due, for `within`
    seconds altogether.
    """
    until = time.monotonic() + within
    while True:
        while work(run.pk):
            pass
        run.refresh_from_db()
        pause = (run.due - datetime.now(UTC)).total_seconds()
        if run.state not in ("waiting", "running") or time.monotonic() + pause > until:
            break
        time.sleep(max(0.01, pause))
    assert run.state == "finished", f"{run.state}: {run.message}"


def close() -> None:
    """Let go of the database, so that it can be dropped."""
    from django.db import connections

    connections.close_all()


def numbers(words: str) -> list[float]:
    """An option's numbers, with commas between them."""
    return [float(word) for word in words.split(",")]


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which this part (0 to 1) of the values lies."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * part) - 1)]


def peak_mb() -> float:
    """The most memory this process held, in MB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write(path: Path | None, name: str, rows: Any) -> None:
    if path is not None:
        path.write_text(json.dumps({name: rows}, indent=2) + "\n", "utf-8")
