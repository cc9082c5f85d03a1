"""Several processes keep within one limit of calls together, and an import among them starves no edit."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jira_sandbox.server import Handle, running
from tests.process.installation import ROOT, Installation

pytestmark = [pytest.mark.process, pytest.mark.slow]
SECONDS = 8
CONNECT = """
from accounts.models import User
from almconnect.lib.secret import Secret
from connections.credentials import credentials
from connections.credentials.credentials import Credential
from connections.setup import settings_editing
person = User.objects.create_user("boss", role="admin")
made = settings_editing.create(actor=person, name="Sandbox", base_url={url!r}, auth_method="basic")
assert credentials.offer(made, Credential("basic", Secret({secret!r}), {name!r}), actor=person)
"""


@pytest.fixture(params=["cloud", "datacenter"])
def handle(request: pytest.FixtureRequest) -> Iterator[Handle]:
    with running(flavour=request.param) as one:
        yield one


@pytest.fixture(params=["sqlite", "postgres"])
def console(request: pytest.FixtureRequest, tmp_path: Path) -> Installation:
    environment = {"ALMCONNECT_BROKER_URL": "memory://"}
    if request.param == "postgres":
        environment["ALMCONNECT_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    return Installation(tmp_path, environment)


def started(console: Installation, *words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.process.calling", *map(str, words)]
    return subprocess.Popen(
        command, cwd=ROOT, env=console.variables, stdout=subprocess.PIPE, text=True
    )


def told(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def test_processes_share_a_limit_and_edits_go_first(console: Installation, handle: Handle) -> None:
    user = handle.site.users["svc-alm"]
    name, secret = (user.email, user.api_token) if handle.site.cloud else (user.name, user.password)
    console.migrate()
    console.command("shell", "-c", CONNECT.format(url=handle.url, name=name, secret=secret))
    limits: Any = handle.site.parts["limits"]
    limits.set(user, 10, 10, 1.0)
    imports = [started(console, "bulk", SECONDS, 0), started(console, "bulk", SECONDS, 0)]
    edits = started(console, "live", SECONDS, 0.3)
    bulk, live = [told(process) for process in imports], told(edits)
    answered = sum(one["answered"] for one in (*bulk, live))
    refused = sum(one["refused"] for one in (*bulk, live))
    # Beginning is when nobody has seen a limit yet; afterwards calls stay within it.
    assert refused <= answered * 0.35, (bulk, live)
    assert answered >= SECONDS * 10 * 0.5, (bulk, live)
    assert live["answered"] >= SECONDS / (0.3 + 0.4), (bulk, live)
    assert live["longest"] < 2.5, (bulk, live)
