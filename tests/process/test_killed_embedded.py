"""The embedded default under SIGKILL: worker and broker die again and again, both sides end equal."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jira_sandbox.server import running
from tests.almconnect.waiting import wait_for
from tests.process.installation import AFTER_A_KILL, ROOT, Installation, differences, free_port
from tests.process.jira_side import Jira

pytestmark = [pytest.mark.process, pytest.mark.slow]


def children(parent: int, *words: str) -> list[int]:
    """Processes below `parent` whose command line holds one of the words."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            above = int(status.read_text().rpartition(")")[2].split()[1])
            line = (status.parent / "cmdline").read_bytes().decode(errors="replace")
            if above == parent and any(word in line for word in words):
                found.append(int(status.parent.name))
    return found


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Installation, int]]:
    """`run.py serve` as a person starts it, on SQLite and the embedded broker."""
    console = Installation(tmp_path, {}, port=free_port())
    data = tmp_path / "data"
    words = ["serve", "--data", str(data), "--port", str(console.port), "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "almconnect.launcher", *words],
        cwd=ROOT,
        env=console.variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert json.loads(process.stdout.readline())["url"] == console.url
        console.sign_in()
        yield console, process.pid
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds processes in /proc")
def test_both_sides_end_equal(served: tuple[Installation, int]) -> None:
    console, keeper = served
    with running(flavour="cloud", service_admin=True) as handle:
        jira = Jira(handle)
        project = console.connect(handle)["id"]
        items = console.items(project)
        keys = sorted(items)
        for number in range(6):
            console.call("POST", "/items", project=project, type="Story", summary=f"New {number}")
            console.call("PATCH", f"/items/{items[keys[number]]['id']}", summary=f"Board {number}")
            jira.edit(keys[number + 6], summary=f"Jira {number}")
            jira.create(f"Jira's {number}")
            if number % 2:
                for pid in children(keeper, " worker ", "celery\0-A\0almconnect\0worker", "valkey"):
                    os.kill(pid, signal.SIGKILL)
        wait_for("both sides equal", lambda: not differences(console, project, jira), AFTER_A_KILL)
        summaries = [summary for summary, _, _ in jira.summaries().values()]
        for number in range(6):
            assert summaries.count(f"New {number}") == 1
            assert summaries.count(f"Jira's {number}") == 1
