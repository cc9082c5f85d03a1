"""A whole installation for benchmarks: web, worker and beat as processes, their own broker, one database.

Needs `redis-server` on the PATH, and BENCH_POSTGRES for PostgreSQL; otherwise SQLite.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests

from benchmarks import _environment


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Installation:
    """Its processes end with the block that made it."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.database = database or f"sqlite:///{folder / 'bench.sqlite3'}"
        self.port, self.broker_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.session = requests.Session()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def variables(self) -> dict[str, str]:
        base = {name: value for name, value in os.environ.items() if "ALMCONNECT" not in name}
        return {
            **base,
            "ALMCONNECT_DATA_DIR": str(self.folder / "data"),
            "ALMCONNECT_DATABASE_URL": self.database,
            "ALMCONNECT_BROKER_URL": f"redis://127.0.0.1:{self.broker_port}/0",
            "ALMCONNECT_BASE_URL": self.url,
            "ALMCONNECT_WEB_PORT": str(self.port),
            "ALMCONNECT_EGRESS_ALLOW": "127.0.0.0/8",
            "ALMCONNECT_LOG_LEVEL": "WARNING",
            "XDG_CONFIG_HOME": str(self.folder / "config"),
        }

    def command(self, *words: str) -> str:
        run = [sys.executable, "-m", "almconnect.command", *words]
        done = subprocess.run(
            run,
            cwd=_environment.ROOT,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def start(self, role: str) -> None:
        words = [sys.executable, "-m", "almconnect.command", role]
        if role == "broker":
            words = ["redis-server", "--port", str(self.broker_port), "--save", "",
                     "--appendonly", "no", "--bind", "127.0.0.1"]  # fmt: skip
        with (self.folder / f"{role}.log").open("ab") as log:
            self.processes[role] = subprocess.Popen(
                words, cwd=_environment.ROOT, env=self.variables, stdout=log, stderr=log
            )

    def stop(self, role: str) -> None:
        process = self.processes.pop(role)
        process.terminate()
        process.wait(30)

    def up(self, *roles: str) -> None:
        self.command("migrate")
        for role in ("broker", *roles):
            self.start(role)
        wait_for(self.ready, 60)
        token = self.command("create_api_token", "--user", "boss", "--role", "admin").split()[-1]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/livez", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def cpu_seconds(self, role: str) -> float:
        """What the role's process and its children have used so far. Needs /proc."""
        found = self._ticks_of(role)
        return sum(found.values()) / os.sysconf("SC_CLK_TCK")

    def processes_of(self, role: str) -> list[int]:
        """The ids of the role's process and its children. Needs /proc."""
        return list(self._ticks_of(role))

    def _ticks_of(self, role: str) -> dict[int, int]:
        ticks, parents = {}, {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # ended meanwhile
                words = stat.read_text().rpartition(")")[2].split()
                parents[int(stat.parent.name)] = int(words[1])
                ticks[int(stat.parent.name)] = int(words[11]) + int(words[12])
        ours = {self.processes[role].pid}
        while more := {one for one, parent in parents.items() if parent in ours} - ours:
            ours |= more
        return {one: ticks[one] for one in ours if one in ticks}

    def down(self) -> None:
        for role in list(self.processes):
            self.stop(role)

    def call(self, method: str, path: str, **body: Any) -> Any:
        answer = self.session.request(
            method, f"{self.url}/api/v1{path}", json=body or None, timeout=30
        )
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def connect(self, jira_url: str, name: str = "Bench") -> dict[str, Any]:
        """An active connection by Basic auth."""
        found: dict[str, Any] = self.call(
            "POST", "/connections", name=name, tool="jira", base_url=jira_url,
            auth_method="basic", username=_environment.USER, secret=_environment.TOKEN,
        )  # fmt: skip
        return found

    def imported(self, jira_url: str, name: str = "Bench") -> tuple[dict[str, Any], dict[str, Any]]:
        """(connection, mapped project), once its import has finished."""
        connection = self.connect(jira_url, name)
        project = self.call(
            "POST", f"/connections/{connection['id']}/projects", project_key=_environment.PROJECT
        )

        def done() -> bool:
            found = self.call("GET", f"/projects/{project['id']}")
            return bool(found["import"]["state"] == "finished")

        wait_for(done, 300)
        return connection, project

    def query(self, words: str) -> list[tuple[Any, ...]]:
        """Rows of the database, read beside the console."""
        if self.database.startswith("sqlite"):
            import sqlite3

            with contextlib.closing(sqlite3.connect(self.folder / "bench.sqlite3")) as here:
                return here.execute(words).fetchall()
        import psycopg

        with psycopg.connect(self.database) as there:
            return there.execute(words.encode()).fetchall()

    def write(self, words: str) -> None:
        """A statement beside the console, committed."""
        if self.database.startswith("sqlite"):
            import sqlite3

            path = self.folder / "bench.sqlite3"
            with contextlib.closing(sqlite3.connect(path, timeout=30)) as here, here:
                here.execute(words)
            return
        import psycopg

        with psycopg.connect(self.database) as there:
            there.execute(words.encode())


@contextlib.contextmanager
def installed(folder: Path, *roles: str) -> Iterator[Installation]:
    """Running until the end of the block."""
    if shutil.which("redis-server") is None:
        sys.exit("skipped: there is no redis-server on this machine")
    with _environment.postgres() as database:
        one = Installation(folder, database)
        try:
            one.up(*roles)
            yield one
        finally:
            one.down()


def wait_for(ready: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.1)
