"""Contestants that live in a Python of their own, named by the environment: dlt.

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

from benchmarks import _house

DLT = "BENCH_DLT"  # environment: a Python in which dlt[duckdb] is installed
LONGEST = 600  # seconds


def by_dlt(url: str) -> dict[str, Any] | None:
    """dlt's REST source into DuckDB; None where there is none."""
    return _run(DLT, "_by_dlt.py", url, _house.PROJECT)


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
