"""A real installation for tests: web, worker and beat as processes, beside a sandbox Jira.

Processes are started by their own commands and may be killed; everything is done over REST.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from jira_sandbox.server import Handle
from tests.almconnect.waiting import wait_for
from tests.process import migrated
from tests.process.jira_side import PROJECT, Jira

ROOT = Path(__file__).resolve().parents[2]
# Until both sides are equal. A create that the kill left with unknown outcome is sent again only when
# the dead worker's lease has ended (30 s) and Jira has been looked at twice, 75 s apart.
AFTER_A_KILL = 180.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass
class Installation:
    """`environment` names database and broker; `start("worker")`, `kill("worker")` and so on."""

    folder: Path
    environment: dict[str, str]
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def variables(self) -> dict[str, str]:
        base = {name: value for name, value in os.environ.items() if "ALMCONNECT" not in name}
        return {
            **base,
            "ALMCONNECT_DATA_DIR": str(self.folder / "data"),
            "ALMCONNECT_BASE_URL": self.url,
            "ALMCONNECT_WEB_PORT": str(self.port),
            "ALMCONNECT_EGRESS_ALLOW": "127.0.0.0/8",
            "ALMCONNECT_POLL_SECONDS": "3",
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            **self.environment,
        }

    def migrate(self) -> None:
        """As its first command, on an empty database."""

        def really(data: Path, url: str) -> None:
            elsewhere = {"ALMCONNECT_DATA_DIR": str(data)}
            self.command(
                "migrate", **elsewhere, **({"ALMCONNECT_DATABASE_URL": url} if url else {})
            )

        url = self.environment.get("ALMCONNECT_DATABASE_URL", "")
        migrated.fill(self.folder / "data", url, really)

    def command(self, *words: str, **variables: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "almconnect.command", *words],
            cwd=ROOT,
            env={**self.variables, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def start(self, role: str) -> None:
        with (self.folder / f"{role}.log").open("ab") as log:
            self.processes[role] = subprocess.Popen(
                [sys.executable, "-m", "almconnect.command", role],
                cwd=ROOT,
                env=self.variables,
                stdout=log,
                stderr=log,
            )

    def run_code(self, role: str, code: str) -> None:
        """A process of the console's own that runs this code; to be killed like a role."""
        command = [sys.executable, "-m", "almconnect.command", "shell", "-v", "0", "-c", code]
        with (self.folder / f"{role}.log").open("ab") as log:
            self.processes[role] = subprocess.Popen(
                command, cwd=ROOT, env=self.variables, stdout=log, stderr=log
            )

    def kill(self, role: str) -> None:
        """SIGKILL: no chance to finish or to say anything."""
        process = self.processes.pop(role)
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    def up(self) -> None:
        self.migrate()
        for role in ("web", "worker", "beat"):
            self.start(role)
        wait_for("the console", self.ready, 60)
        self.sign_in()

    def sign_in(self) -> None:
        token = self.command("create_api_token", "--user", "boss", "--role", "admin").split()[-1]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def down(self) -> None:
        for process in self.processes.values():
            process.send_signal(signal.SIGKILL)
        for process in self.processes.values():
            process.wait(10)

    # ── Over REST ────────────────────────────────────────────────────────────────────────────────
    def call(self, method: str, path: str, **body: Any) -> Any:
        answer = self.session.request(
            method, f"{self.url}/api/v1{path}", json=body or None, timeout=30
        )
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def items(self, project: str) -> dict[str, dict[str, Any]]:
        """Every live item by its key (or its id where Jira does not have it)."""
        found, cursor = {}, ""
        while True:
            page = self.call("GET", f"/items?project={project}&limit=500{cursor}")
            for item in page["items"]:
                found[(item["remote"] or {}).get("key") or item["id"]] = item
            if not page["next"]:
                return found
            cursor = f"&cursor={page['next']}"

    def connect(self, handle: Handle) -> dict[str, Any]:
        """Basic auth as the service user, FALCON mapped and imported; the mapped project."""
        user = handle.site.users["svc-alm"]
        username, secret = (
            (user.email, user.api_token) if handle.site.cloud else (user.name, user.password)
        )
        connection = self.call(
            "POST",
            "/connections",
            name="Sandbox",
            tool="jira",
            base_url=handle.url,
            auth_method="basic",
            username=username,
            secret=secret,
        )
        return self.map(connection["id"])

    def map(self, connection: str, **options: Any) -> dict[str, Any]:
        """FALCON mapped on this connection and imported; the mapped project."""
        project: dict[str, Any] = self.call(
            "POST",
            f"/connections/{connection}/projects",
            project_key=PROJECT,
            deletion_policy="delete",
            **options,
        )

        def imported() -> bool:
            found = self.call("GET", f"/projects/{project['id']}")
            return found["import"]["state"] == "finished"

        wait_for("the import", imported, 60)
        return project

    def webhook_state(self) -> str:
        return str(self.call("GET", "/sync/status")[0]["webhook"]["state"])


def differences(console: Installation, project: str, jira: Jira) -> list[str]:
    """What is not equal on both sides, in words; empty when they agree and nothing waits."""
    ours = {
        key: (item["summary"], item["status"], sorted(item["labels"]))
        for key, item in console.items(project).items()
    }
    theirs = jira.summaries()
    found = [
        f"{key}: board {ours.get(key)}, Jira {theirs.get(key)}"
        for key in sorted(set(ours) | set(theirs))
        if ours.get(key) != theirs.get(key)
    ]
    status = console.call("GET", "/sync/status")[0]
    if status["waiting_in"] or status["waiting_out"] or status["parked"] or status["conflicts"]:
        found.append(f"status: {status}")
    return found
