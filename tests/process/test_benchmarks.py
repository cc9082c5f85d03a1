"""Benchmarks run from one command, small as well as large, and write the figures they print."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import absent

ROOT = Path(__file__).parents[2]
Done = subprocess.CompletedProcess[str]


def run(name: str, *words: str) -> Done:
    command = [sys.executable, "-m", f"benchmarks.{name}", *words]
    clean = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("ALMCONNECT_", "BENCH_"))
    }
    return subprocess.run(
        command, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=120, check=False
    )


def measured(folder: Path, name: str, *words: str) -> tuple[list[dict[str, Any]], Done]:
    """The rows that a benchmark of this size wrote, and its run."""
    figures = folder / "figures.json"
    done = run(name, *words, "--json", str(figures))
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(figures.read_text())[name], done


@pytest.mark.parametrize(
    ("name", "size"),
    [("test_connection", ("--mapped", "1")), ("permission_report", ("--projects", "3"))],
)
def test_both_flavours_are_measured(name: str, size: tuple[str, str], tmp_path: Path) -> None:
    rows, done = measured(tmp_path, name, *size, "--latencies", "0")
    assert {row["flavour"] for row in rows} == {"cloud", "datacenter"}
    assert all(row["calls"] > 0 for row in rows)
    assert done.stdout.startswith(f"{size[1]} {size[0].removeprefix('--')}")


def test_calls_of_the_sync_are_counted_on_both_flavours(tmp_path: Path) -> None:
    rows, _ = measured(tmp_path, "sync_calls", "--issues", "210", "--latency", "0")
    assert [row["flavour"] for row in rows] == ["cloud"] * 3 + ["datacenter"] * 3
    assert all(0 < row["calls"] < row["one_by_one"] for row in rows)


def test_imports_are_measured_side_by_side_the_slow_on_a_share(tmp_path: Path) -> None:
    size = ("--issues", "120", "--slow-issues", "100", "--latency", "0")
    rows, _ = measured(tmp_path, "import_issues", *size)
    found = [(row["what"], row["issues"]) for row in rows]
    assert found == [("ours", 120), ("PyPI jira + saves", 100), ("bare loop", 120)]
    assert all(row["cpu_seconds"] > 0 and not row["struck"] for row in rows)


def test_what_an_import_misses_of_what_people_do_meanwhile_is_told(tmp_path: Path) -> None:
    size = ("--issues", "220", "--deletes", "3", "--edits", "3", "--latency", "0")
    rows, _ = measured(tmp_path, "import_under_change", *size, "--apart", "0.1")
    looks = [("ours", "import"), ("ours", "poll"), ("ours", "comparison")]
    theirs = ("PyPI jira + saves", "import")
    assert [(row["what"], row["after"]) for row in rows] == [*looks, theirs] * 2
    for row in rows:
        if row["after"] != "import":
            assert row["missing"] == row["ghosts"] == row["stale"] == row["doubled"] == 0
    assert any(row["stale"] for row in rows if row["what"] == theirs[0])
    assert any(row["missing"] for row in rows if row["what"] == theirs[0])


@pytest.mark.parametrize(("faults", "theirs_fails"), [("503", True), ("429", False)])
def test_whether_an_import_comes_through_faults_is_told_and_why_not(
    faults: str, theirs_fails: bool, tmp_path: Path
) -> None:
    size = ("--issues", "700", "--latency", "0", "--per-second", "3", "--faults", faults)
    (ours, theirs), _ = measured(tmp_path, "import_under_faults", *size)
    assert list(ours["struck"]) == [faults]
    assert ours["missing"] == ours["doubled"] == theirs["doubled"] == 0
    assert not ours["failed"]
    assert ("503" in theirs["failed"], theirs["missing"] > 0) == (theirs_fails, theirs_fails)


def test_the_memory_of_an_import_stands_beside_that_of_a_smaller_one(tmp_path: Path) -> None:
    rows, _ = measured(tmp_path, "import_memory", "--sizes", "400,20")
    assert [row["issues"] for row in rows] == [20, 400]
    assert rows[0]["ratio"] == 1
    assert all(0 < row["before_mb"] <= row["peak_mb"] for row in rows)


def test_too_few_issues_to_count_calls_by_are_refused_with_the_number_needed() -> None:
    done = run("sync_calls", "--issues", "209")
    assert done.returncode == 2
    assert "210 at least" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_comparison_stands_beside_a_bare_loop(tmp_path: Path) -> None:
    rows, _ = measured(tmp_path, "reconcile", "--sizes", "30", "--latency", "0")
    ours = [row for row in rows if row["what"] == "comparison"]
    assert {row["flavour"] for row in ours} == {"cloud", "datacenter"}
    assert len(rows) == 2 * len(ours)
    for row in rows:
        assert row["done"] == row["issues"] == 30
        assert row["calls"] > 0 < row["cpu_seconds"]
        assert row["peak_mb"] > 0


def test_what_an_issue_costs_stands_beside_the_smallest_project(tmp_path: Path) -> None:
    rows, _ = measured(tmp_path, "cost_per_item", "--sizes", "60,30")
    assert [(row["what"], row["issues"]) for row in rows] == [
        ("import", 30), ("import", 60), ("reconcile", 30), ("reconcile", 60),
    ]  # fmt: skip
    assert [row["ratio"] for row in rows if row["issues"] == 30] == [1, 1]
    assert all(row["cpu_us"] > 0 < row["ratio"] for row in rows)


def test_webhooks_are_acknowledged_while_the_broker_is_away(tmp_path: Path) -> None:
    if shutil.which("redis-server") is None:
        absent("redis-server", "PATH", FileNotFoundError("redis-server"))
    rows, _ = measured(tmp_path, "webhooks", "--rate", "20", "--seconds", "3")
    assert [(row["what"], row["lost"]) for row in rows] == [("webhook", 0), ("/livez", 0)]
    assert rows[0]["answers"] == {"204": 60}
