"""How fast webhooks are acknowledged, and that none is lost while the broker is away.

Run: python -m benchmarks.webhooks [--rate N …] [--seconds N] [--json FILE]. Open loop: each delivery is
sent at its moment whether or not the ones before were answered, and is timed from that moment, so that
a queue shows. The worker does not run: what is measured is the web process (`ALMCONNECT_WEB_PROCESSES`).
In its place one statement a second settles what waits, or the inbox would be full after 10,000. The broker
is stopped for the middle third. Beside it: the same load on `/livez`, which touches nothing.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import _environment
from benchmarks._installation import Installation, installed

SENDERS = 64  # as many deliveries may be on their way; what would need more waits, and is timed so
_local = threading.local()
_numbers = itertools.count()  # no two bodies of a run are the same: a repeated one is not stored


def body(number: int) -> bytes:
    """About what Jira sends: an issue with its fields, 3 KB."""
    issue = {"id": str(100_000 + number % 5000), "key": f"BENCH-{number % 5000 + 1}",
             "fields": {"project": {"id": "10000", "key": "BENCH"}, "summary": "s" * 200,
                        "description": "d" * 2500}}  # fmt: skip
    event = {"webhookEvent": "jira:issue_updated", "timestamp": number, "issue": issue}
    return json.dumps(event).encode()


def ask(port: int, method: str, path: str, data: bytes | None) -> int:
    """The answer's status over this thread's kept connection, opened again once where it was closed;
    0 where there is no answer.
    """
    for _ in range(2):
        if not hasattr(_local, "there"):
            _local.there = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            _local.there.request(method, path, data, {"Content-Type": "application/json"})
            answer = _local.there.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            _local.there.close()
            del _local.there
        else:
            return int(answer.status)
    return 0


def load(
    console: Installation, path: str, rate: int, seconds: int, method: str = "POST"
) -> dict[str, Any]:
    """Answers by status, milliseconds from the planned moment to the answer, the web's CPU for each."""
    took: list[float] = []
    answers: Counter[int] = Counter()
    bodies = [body(next(_numbers)) if method == "POST" else None for _ in range(rate * seconds)]
    used = console.cpu_seconds("web")
    began = time.perf_counter() + 0.5

    def one(number: int) -> None:
        due = began + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        answers[ask(console.port, method, path, bodies[number])] += 1
        took.append((time.perf_counter() - due) * 1000)

    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(one, range(len(bodies))))
    used = console.cpu_seconds("web") - used
    return {
        "rate": rate, "sent": len(bodies), "answers": dict(answers), "load": os.getloadavg()[0],
        "p50_ms": _environment.percentile(took, 0.5), "p95_ms": _environment.percentile(took, 0.95),
        "p99_ms": _environment.percentile(took, 0.99), "max_ms": max(took),
        "cpu_ms": used * 1000 / len(bodies),
    }  # fmt: skip


def stored(console: Installation) -> int:
    (count,) = console.query("SELECT count(*) FROM sync_delivery")[0]
    return int(count)


@contextmanager
def settling(console: Installation) -> Iterator[None]:
    """What waits is worked off meanwhile, at next to no cost, as if by a worker on another machine."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(1.0):
            console.write("UPDATE sync_delivery SET state = 'done' WHERE state = 'waiting'")

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def deliveries(console: Installation, hook: str, rate: int, seconds: int) -> dict[str, Any]:
    """One run with the broker away for its middle third."""
    away = threading.Timer(seconds / 3, lambda: console.stop("broker"))
    back = threading.Timer(2 * seconds / 3, lambda: console.start("broker"))
    before = stored(console)
    away.start()
    back.start()
    with settling(console):
        found = load(console, hook, rate, seconds)
    back.join()
    found["lost"] = found["answers"].get(204, 0) - (stored(console) - before)
    return {"what": "webhook", **found}


def measured(console: Installation, options: argparse.Namespace) -> list[dict[str, Any]]:
    with _environment.server() as server:
        console.connect(server.url)
    (token,) = console.query("SELECT webhook_token FROM connections_connection")[0]
    hook = f"/hooks/jira/{token}"
    load(console, hook, 50, 2)  # opens what is kept: connections, code read at first use
    rows = [deliveries(console, hook, rate, options.seconds) for rate in options.rate]
    rate, seconds = max(options.rate), max(2, options.seconds // 4)
    rows.append({"what": "/livez", **load(console, "/livez", rate, seconds, "GET"), "lost": 0})
    return rows


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, nargs="+", default=[200], help="deliveries a second")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        installed(Path(folder), "web") as console,
    ):
        rows = measured(console, options)
        kind = "SQLite" if console.database.startswith("sqlite") else "PostgreSQL"
    print(f"{options.seconds} s at each rate on {kind}, the broker away for a third of it")
    print(
        f"{'':8} {'rate':>5} {'sent':>6} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'max ms':>8} "
        f"{'CPU ms':>7} {'lost':>5} {'load':>5}"
    )
    for row in rows:
        print(
            f"{row['what']:8} {row['rate']:>5} {row['sent']:>6} {row['p50_ms']:>8.1f} "
            f"{row['p95_ms']:>8.1f} {row['p99_ms']:>8.1f} {row['max_ms']:>8.1f} "
            f"{row['cpu_ms']:>7.2f} {row['lost']:>5} {row['load']:>5.1f} {row['answers']}"
        )
    _environment.write(options.json, "webhooks", rows)


if __name__ == "__main__":
    main()
