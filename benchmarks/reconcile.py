"""Comparing a large project in which nothing changed, beside a bare loop that reads every issue whole.

Run: python -m benchmarks.reconcile [--sizes 10000,100000] [--latency MS] [--flavours cloud,datacenter]
[--json FILE]. Calls, seconds, CPU seconds and peak memory, on SQLite or where BENCH_POSTGRES says; two
sizes, so that growth is seen. The bare loop is what one would write instead: page behind page of a hundred
with all fields, and what each was updated last; it has no database and finds no deletion.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from benchmarks import _environment, _runs

PAGE = 100


def bare(url: str) -> dict[str, Any]:
    """The bare loop, in this process."""
    session = requests.Session()
    session.auth = (_environment.USER, _environment.TOKEN)
    began, cpu = time.perf_counter(), time.process_time()
    updated = {issue["id"]: issue["fields"]["updated"] for issue in _issues(session, url)}
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    return {"seconds": seconds, "cpu_seconds": cpu, "database_seconds": None,
            "peak_mb": _environment.peak_mb(), "done": len(updated)}  # fmt: skip


def _issues(session: requests.Session, url: str) -> Iterator[dict[str, Any]]:
    """Every issue of the project, by Cloud's tokens or Data Center's offsets."""

    def ask(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = session.request(method, f"{url}/rest/api/2/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    cloud = ask("GET", "serverInfo")["deploymentType"] == "Cloud"
    query = f"project = {_environment.PROJECT} ORDER BY id ASC"
    body = {"jql": query, "maxResults": PAGE, "fields": ["*all"]}
    place: dict[str, Any] = {}
    while True:
        answer = ask("POST", "search/jql" if cloud else "search", body | place)
        yield from answer["issues"]
        if cloud and "nextPageToken" in answer:
            place = {"nextPageToken": answer["nextPageToken"]}
        elif not cloud and answer["issues"]:
            place = {"startAt": answer["startAt"] + len(answer["issues"])}
        else:
            return


def by_bare_loop(server: _environment.Server, issues: int) -> dict[str, Any]:
    """The bare loop in a process of its own, as the comparison is."""
    server.reset()
    command = [sys.executable, "-m", "benchmarks.reconcile", "--bare", server.url]
    run = subprocess.run(
        command, cwd=_environment.ROOT, stdout=subprocess.PIPE, text=True, timeout=300 + issues / 50
    )
    assert run.returncode == 0, "the bare loop failed"
    found: dict[str, Any] = json.loads(run.stdout)
    assert found["done"] == issues, found
    calls = sum(server.calls().values())
    return {"issues": issues, "calls": calls, **found, "load": os.getloadavg()[0]}


def measured(flavour: str, issues: int, latency: float) -> list[dict[str, Any]]:
    """Both at one size. What is compared was imported before, without a wait."""
    with (
        _environment.server("--flavour", flavour, "--issues", str(issues)) as server,
        _environment.postgres() as database,
        tempfile.TemporaryDirectory() as folder,
    ):
        _runs.run(_runs.IMPORT, server, Path(folder), database, issues)
        server.latency(latency)
        kind = "PostgreSQL" if database else "SQLite"
        ours = _runs.run(_runs.RECONCILE, server, Path(folder), database, issues)
        both = (("comparison", ours), ("bare loop", by_bare_loop(server, issues)))
        return [{"flavour": flavour, "what": what, "database": kind, **one} for what, one in both]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000", help="issues, with commas")
    parser.add_argument("--latency", type=float, default=50, help="milliseconds a call")
    parser.add_argument("--flavours", default="cloud,datacenter")
    parser.add_argument("--bare", metavar="URL", help="only the bare loop, as JSON")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.bare:
        print(json.dumps(bare(options.bare)))
        return
    rows = []
    for flavour in options.flavours.split(","):
        for size in map(int, options.sizes.split(",")):
            print(f"{flavour}, {size} issues", file=sys.stderr, flush=True)
            rows += measured(flavour, size, options.latency)
    print(f"nothing changed, {options.latency:.0f} ms a call, {rows[0]['database']}")
    print(
        f"{'':11} {'issues':>8} {'':10} {'calls':>6} {'seconds':>8} {'CPU s':>6} {'database':>8} "
        f"{'peak MB':>8} {'load':>5}"
    )
    for row in rows:
        theirs = "" if row["database_seconds"] is None else f"{row['database_seconds']:.1f}"
        print(
            f"{row['flavour']:11} {row['issues']:>8} {row['what']:10} {row['calls']:>6} "
            f"{row['seconds']:>8.1f} {row['cpu_seconds']:>6.1f} {theirs:>8} {row['peak_mb']:>8.0f} "
            f"{row['load']:>5.1f}"
        )
    _environment.write(options.json, "reconcile", rows)


if __name__ == "__main__":
    main()
