"""How long an edit takes to the other side, both ways, with web, worker and beat as in production.

Run: python -m benchmarks.latency [--rate N] [--seconds N] [--latency MS] [--json FILE]. Inbound: from the
moment a webhook is sent to the moment the board's row shows the edit (looked at every 5 ms). Outbound:
from the answer to an API edit (committed by then) to Jira's answer. Beside each the aim of the design: two
Jira round trips and 100 ms inbound, one and 100 ms outbound.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from benchmarks import _environment
from benchmarks._installation import Installation, installed
from benchmarks._issues import FIRST, update_of


def inbound(
    console: Installation, server: _environment.Server, rate: int, seconds: int
) -> list[float]:
    """Milliseconds from each webhook to the changed row."""
    (token,) = console.query("SELECT webhook_token FROM connections_connection")[0]
    sent: dict[str, float] = {}
    seen: dict[str, float] = {}
    number = rate * seconds
    over = threading.Event()

    def watch() -> None:
        while len(seen) < number and not over.is_set():
            rows = console.query("SELECT summary FROM planning_workitem WHERE summary LIKE 'In %'")
            now = time.time()
            for (summary,) in rows:
                seen.setdefault(summary, now)
            time.sleep(0.005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    hook = requests.Session()

    def one(n: int) -> None:
        summary = f"In {n}"
        server.touch(FIRST + n, summary)
        sent[summary] = time.time()
        answer = hook.post(f"{console.url}/hooks/jira/{token}", data=update_of(n, n), timeout=10)
        assert answer.status_code == 204, answer.text

    paced(one, number, rate)
    watcher.join(30)
    over.set()
    assert len(seen) == number, f"{number - len(seen)} edits were not seen"
    return [(seen[name] - moment) * 1000 for name, moment in sent.items()]


def outbound(
    console: Installation, server: _environment.Server, rate: int, seconds: int
) -> list[float]:
    """Milliseconds from each committed edit to Jira's answer."""
    number = rate * seconds
    found = console.query(
        "SELECT id, remote_id FROM planning_workitem WHERE remote_id <> '' ORDER BY remote_id DESC"
    )
    server.reset()
    committed: dict[str, float] = {}

    def one(n: int) -> None:
        item, remote_id = found[n]
        console.call("PATCH", f"/items/{item}", summary=f"Out {n}")
        committed[remote_id] = time.time()

    paced(one, number, rate)
    until = time.monotonic() + 30
    while len(server.writes()) < number and time.monotonic() < until:
        time.sleep(0.2)
    writes = server.writes()
    assert len(writes) == number, f"{number - len(writes)} edits did not reach Jira"
    return [max(0.0, writes[key] - moment) * 1000 for key, moment in committed.items()]


def paced(work: Callable[[int], None], number: int, rate: int) -> None:
    began = time.perf_counter()
    for n in range(number):
        time.sleep(max(0.0, began + n / rate - time.perf_counter()))
        work(n)


def measured(console: Installation, options: argparse.Namespace) -> list[dict[str, Any]]:
    rows = []
    number = options.rate * options.seconds
    with _environment.server("--issues", str(2 * number + 100)) as server:
        console.imported(server.url)
        server.latency(options.latency)
        for name, work, trips in (("Jira to board", inbound, 2), ("board to Jira", outbound, 1)):
            took = work(console, server, options.rate, options.seconds)
            rows.append(
                {"what": name, "edits": len(took), "p50_ms": _environment.percentile(took, 0.5),
                 "p95_ms": _environment.percentile(took, 0.95), "max_ms": max(took),
                 "aim_ms": trips * options.latency + 100}
            )  # fmt: skip
    return rows


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=10, help="edits a second")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--latency", type=float, default=50, help="milliseconds a call")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        installed(Path(folder), "web", "worker", "beat") as console,
    ):
        rows = measured(console, options)
        kind = "SQLite" if console.database.startswith("sqlite") else "PostgreSQL"
    print(f"{options.rate} edits a second on {kind}, Jira answers in {options.latency:.0f} ms")
    print(f"{'':14} {'edits':>6} {'p50 ms':>7} {'p95 ms':>7} {'max ms':>7} {'aim ms':>7}")
    for row in rows:
        print(
            f"{row['what']:14} {row['edits']:>6} {row['p50_ms']:>7.0f} {row['p95_ms']:>7.0f} "
            f"{row['max_ms']:>7.0f} {row['aim_ms']:>7.0f}"
        )
    _environment.write(options.json, "latency", rows)


if __name__ == "__main__":
    main()
