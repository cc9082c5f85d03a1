"""How fast webhooks are acknowledged, and that none is lost while the broker is away.

Run: python -m benchmarks.webhooks [--rate N] [--seconds N] [--json FILE]. Open loop: each delivery is
sent at its moment whether or not the ones before were answered, and is timed from that moment, so that
a queue shows. The worker does not run: what is measured is the web process (`ALMCONNECT_WEB_PROCESSES`).
The broker is stopped for the middle third. Beside it: the same load on `/livez`, which touches nothing.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests

from benchmarks import _house
from benchmarks._installation import Installation, installed

_local = threading.local()


def session() -> requests.Session:
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
    return _local.session  # type: ignore[no-any-return]


def body(number: int) -> bytes:
    """About what Jira sends: an issue with its fields, 3 KB."""
    issue = {"id": str(100_000 + number % 5000), "key": f"BENCH-{number % 5000 + 1}",
             "fields": {"project": {"id": "10000", "key": "BENCH"}, "summary": "s" * 200,
                        "description": "d" * 2500}}  # fmt: skip
    event = {"webhookEvent": "jira:issue_updated", "timestamp": number, "issue": issue}
    return json.dumps(event).encode()


def load(url: str, rate: int, seconds: int, method: str = "POST", first: int = 0) -> dict[str, Any]:
    """Answers by status and milliseconds from the planned moment to the answer."""
    took: list[float] = []
    answers: Counter[int] = Counter()
    began = time.perf_counter() + 0.5

    def one(number: int) -> None:
        due = began + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        try:
            data = body(first + number) if method == "POST" else None
            status = session().request(method, url, data=data, timeout=30).status_code
        except requests.RequestException:
            status = 0
        took.append((time.perf_counter() - due) * 1000)
        answers[status] += 1

    with ThreadPoolExecutor(64) as pool:
        list(pool.map(one, range(rate * seconds)))
    return {
        "sent": rate * seconds, "answers": dict(answers), "p50_ms": _house.percentile(took, 0.5),
        "p95_ms": _house.percentile(took, 0.95), "p99_ms": _house.percentile(took, 0.99),
        "max_ms": max(took),
    }  # fmt: skip


def measured(console: Installation, options: argparse.Namespace) -> list[dict[str, Any]]:
    with _house.server() as server:
        console.connect(server.url)
    (token,) = console.query("SELECT webhook_token FROM connections_connection")[0]
    third = options.seconds / 3
    away = threading.Timer(third, lambda: console.stop("broker"))
    back = threading.Timer(2 * third, lambda: console.start("broker"))
    load(f"{console.url}/hooks/jira/{token}", 20, 1, first=10**9)  # opens what is kept
    (before,) = console.query("SELECT count(*) FROM sync_delivery")[0]
    away.start()
    back.start()
    hooks = load(f"{console.url}/hooks/jira/{token}", options.rate, options.seconds)
    back.join()
    (stored,) = console.query("SELECT count(*) FROM sync_delivery")[0]
    hooks["lost"] = hooks["answers"].get(204, 0) - (stored - before)
    plain = load(f"{console.url}/livez", options.rate, max(5, options.seconds // 4), "GET")
    return [{"what": "webhook", **hooks}, {"what": "/livez", **plain, "lost": 0}]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=200, help="deliveries a second")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        installed(Path(folder), "web") as console,
    ):
        rows = measured(console, options)
        kind = "SQLite" if console.database.startswith("sqlite") else "PostgreSQL"
    print(f"{options.rate}/s for {options.seconds} s on {kind}, the broker away for a third")
    print(f"{'':8} {'sent':>6} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'max ms':>8} {'lost':>5}")
    for row in rows:
        print(
            f"{row['what']:8} {row['sent']:>6} {row['p50_ms']:>8.1f} {row['p95_ms']:>8.1f} "
            f"{row['p99_ms']:>8.1f} {row['max_ms']:>8.1f} {row['lost']:>5} {row['answers']}"
        )
    _house.write(options.json, "webhooks", rows)


if __name__ == "__main__":
    main()
