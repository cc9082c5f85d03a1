"""Contestants that live in a Python of their own, named by the environment: dlt and tap-jira.

Each is a script beside this module that imports nothing of the project and prints its figures as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import _environment, _issues

DLT = "BENCH_DLT"  # environment: a Python in which dlt[duckdb] is installed
TAP_JIRA = "BENCH_TAP_JIRA"  # environment: a Python in which tap-jira is installed
LONGEST = 600  # seconds


def by_dlt(url: str) -> dict[str, Any] | None:
    """dlt's REST source into DuckDB; None where there is none."""
    return _run(DLT, "_by_dlt.py", url, _environment.PROJECT)


def by_tap_jira(words: list[str], issues: int, most: int) -> dict[str, Any] | None:
    """tap-jira into a file of JSON lines; None where there is none. It speaks only https, so that it has
    a server of its own, with these options. It reads the newest `most` issues, to the minute.
    """
    if not os.environ.get(TAP_JIRA):
        return None
    since = _issues.BEGAN + _issues.APART * max(0, issues - most)
    with tempfile.TemporaryDirectory() as folder:
        certificate = Path(folder) / "server.pem"
        with _environment.server(*words, "--tls", str(certificate)) as server:
            moment = since.strftime("%Y-%m-%dT%H:%M:00Z")
            return _run(TAP_JIRA, "_by_tap.py", server.url, moment, str(certificate))


def _run(variable: str, script: str, *words: str) -> dict[str, Any] | None:
    program = os.environ.get(variable, "")
    if not program:
        return None
    command = [program, str(Path(__file__).with_name(script)), *words]
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=LONGEST, check=False
        )
    if run.returncode:
        # Not ours: the others' figures stand without it.
        print(f"{script} failed: {run.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found
