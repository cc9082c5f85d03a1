"""The benchmarks that share their main run from one command, and write the figures they print."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "size"),
    [("test_connection", ("--mapped", "1")), ("permission_report", ("--projects", "3"))],
)
def test_both_flavours_are_measured(name: str, size: tuple[str, str], tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", f"benchmarks.{name}", *size, "--latencies", "0"]
    clean = {key: value for key, value in os.environ.items() if not key.startswith("ALMCONNECT_")}
    run = subprocess.run(
        [*command, "--json", str(figures)], cwd=ROOT, env=clean, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    rows = json.loads(figures.read_text())[name]
    assert {row["flavour"] for row in rows} == {"cloud", "datacenter"}
    assert all(row["calls"] > 0 for row in rows)
    assert run.stdout.startswith(f"{size[1]} {size[0].removeprefix('--')}")
