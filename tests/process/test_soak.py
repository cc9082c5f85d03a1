"""Workers die at every named point and at random, while Jira misbehaves: the invariants hold.

A hundred random kills over two histories, and every crash point that the code names in each. Seed and
database change with the day, so that CI walks new histories; the line it prints repeats one. No broker
keeps a message here: each worker finds its work by the tick, from the rows alone. Two short histories
hear of Jira by polling alone and by webhooks alone; by the seed's being odd or even Jira is put back to
an earlier state in a history, or another one stands at its address for a while.
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.process.own_postgres import Cluster
from tests.soak.__main__ import PARTS
from tests.soak.history import crash_points
from tests.soak.ways import Ways
from tests.soak.weather import FAULTS

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.timeout(900)]


def soak(folder: Path, *words: str) -> str:
    variables = {name: value for name, value in os.environ.items() if "ALMCONNECT" not in name}
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak", "--folder", str(folder), *words],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        timeout=850,
    )
    log = folder / "workers.log"
    told = log.read_text("utf-8", "replace")[-3000:] if log.exists() else ""
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}\n{told}"
    return done.stdout


def judge(told: str) -> dict[str, Any]:
    """What the history reports, once it is plain that everything was in it."""
    report: dict[str, Any] = json.loads(told.splitlines()[-1])
    assert set(crash_points()) <= set(report["killed"])
    assert report["killed"]["at random"] >= 50
    assert len(report["struck"]) == len(FAULTS)
    return report


def today(flavour: str) -> str:
    return str(datetime.datetime.now(datetime.UTC).toordinal() * 2 + (flavour == "cloud"))


def whole(flavour: str) -> tuple[str, ...]:
    """Of a history in which everything is: both ways, each crash point."""
    words = ("--flavour", flavour, "--seed", today(flavour), "--kills", "50", "--points", "all")
    return (*words, "--ways", "all")


def test_the_code_names_its_crash_points() -> None:
    points = crash_points()
    assert len(points) >= 5, points
    assert "create.sent" in points


def test_a_longer_one_walks_history_after_history(tmp_path: Path) -> None:
    """On one database, as `./run.py soak --minutes 60` does; each history hears of Jira by other ways."""
    told = soak(tmp_path, "--seed", "5", "--kills", "3", "--histories", "2")
    reports = [json.loads(line) for line in told.splitlines()]
    assert [(one["seed"], one["ways"]) for one in reports] == [(5, "poll"), (6, "hooks")]
    for one in reports:
        points = crash_points()[one["seed"] % PARTS :: PARTS]
        assert set(filter(Ways(one["ways"]).passes, points)) <= set(one["killed"])


@pytest.mark.postgres
@pytest.mark.parametrize("flavour", ["cloud", "datacenter"])
def test_of_today(tmp_path: Path, flavour: str, request: pytest.FixtureRequest) -> None:
    """One flavour on SQLite, the other on a PostgreSQL that is restarted meanwhile; tomorrow in turn."""
    if int(today(flavour)) // 2 % 2 == (flavour == "cloud"):
        judge(soak(tmp_path, *whole(flavour)))
        return
    server: Cluster = request.getfixturevalue("own_postgres")
    told = soak(
        tmp_path, *whole(flavour), "--database", server.url, "--restart", server.restart_command
    )
    assert judge(told)["killed"]["database restarted"] >= 2
