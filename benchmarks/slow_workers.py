"""Workers at a tenth of their speed, and a Jira that does not stop: queues, and another connection's edits.

Run: python -m benchmarks.slow_workers [--shares S …] [--seconds N] [--rate N] [--json FILE]. Two
connections, each to a Jira of its own. On the first, `--rate` webhooks and as many edits a second for
`--seconds`. On the second an edit every five seconds, timed from its answer to Jira's. A share of 0.1
lets the worker's processes run for a tenth of the time, by stopping and continuing them: it needs no
cgroup. The queues' messages are counted each half second, and how long after the last edit all is done.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis
import requests

from benchmarks import _environment
from benchmarks._installation import Installation, installed, wait_for
from benchmarks._issues import FIRST, update_of

QUEUES = ("interactive", "inbound", "outbound", "bulk")
SLICE = 0.1  # seconds of one turn of running and resting
EVERY = 5.0  # seconds between two edits of the quiet connection
LONGEST = 900.0


@contextlib.contextmanager
def slowed(console: Installation, share: float) -> Iterator[None]:
    """The worker's processes run for this share of the time until the block ends."""
    over = threading.Event()

    def turn() -> None:
        while not over.is_set():
            processes = console.processes_of("worker")
            for number, pause in (
                (signal.SIGSTOP, (1 - share) * SLICE),
                (signal.SIGCONT, share * SLICE),
            ):
                for process in processes:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(process, number)
                time.sleep(pause)

    if share >= 1:
        yield
        return
    thread = threading.Thread(target=turn)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def busy(console: Installation, server: _environment.Server, hook: str, items: list[str], rate: int,
         over: threading.Event) -> None:  # fmt: skip
    """Webhooks and edits of the busy connection, at their moments."""
    session, number, began = requests.Session(), 0, time.monotonic()
    while not over.is_set():
        n = number % len(items)
        server.touch(FIRST + n, f"In {number}")
        assert session.post(hook, data=update_of(n, number), timeout=30).status_code == 204
        console.call("PATCH", f"/items/{items[n]}", description=f"Out {number}")
        number += 1
        over.wait(max(0.0, began + number / rate - time.monotonic()))


def measured(share: float, options: argparse.Namespace) -> dict[str, Any]:
    with (
        tempfile.TemporaryDirectory() as folder,
        _environment.server("--issues", "200") as loud,
        _environment.server("--issues", "100") as quiet,
        installed(Path(folder), "web", "worker", "beat") as console,
    ):
        first, project = console.imported(loud.url, "Loud")
        hook = f"{console.url}/hooks/jira/" + first["webhook"]["url"].rpartition("/")[2]
        items = [item for item, _ in items_of(console, project["id"])]
        mine = items_of(console, console.imported(quiet.url, "Quiet")[1]["id"])
        took, most = [], 0
        over = threading.Event()
        broker = redis.Redis(port=console.broker_port)
        with slowed(console, share):
            thread = threading.Thread(
                target=busy, args=(console, loud, hook, items, options.rate, over)
            )
            thread.start()
            until, number = time.monotonic() + options.seconds, 0
            while time.monotonic() < until:
                item, remote = mine[number % len(mine)]
                number += 1
                quiet.reset()
                console.call("PATCH", f"/items/{item}", summary=f"Quiet {number}")
                committed = time.time()
                while remote not in quiet.writes():
                    assert time.time() - committed < LONGEST, "the edit never reached Jira"
                    most = max(most, waiting(broker))
                    time.sleep(0.05)
                took.append(max(0.0, quiet.writes()[remote] - committed))
                rest = time.monotonic() + EVERY
                while time.monotonic() < rest:
                    most = max(most, waiting(broker))
                    time.sleep(0.5)
            over.set()
            thread.join()
            ended = time.monotonic()
            wait_for(lambda: at_rest(console), LONGEST)
            rested = time.monotonic() - ended
    took.sort()
    return {"share": share, "edits": len(took), "p50_s": took[len(took) // 2], "max_s": took[-1],
            "most_messages": most, "rest_s": rested}  # fmt: skip


def waiting(broker: redis.Redis) -> int:
    return sum(int(broker.llen(queue)) for queue in QUEUES)  # type: ignore[arg-type]


def at_rest(console: Installation) -> bool:
    changes = "SELECT count(*) FROM planning_change WHERE state IN ('waiting', 'sending', 'failed')"
    deliveries = "SELECT count(*) FROM sync_delivery WHERE state = 'waiting'"
    return not (console.query(changes)[0][0] or console.query(deliveries)[0][0])


def items_of(console: Installation, project: str) -> list[tuple[str, str]]:
    """(item id, issue id) of the project's items, in the order of the issues."""
    found = console.call("GET", f"/items?project={project}&limit=200")["items"]
    return sorted(
        ((str(one["id"]), str(one["remote"]["id"])) for one in found), key=lambda row: int(row[1])
    )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shares", type=float, nargs="+", default=[1.0, 0.1])
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--rate", type=int, default=5, help="webhooks, and edits, a second")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = [measured(share, options) for share in options.shares]
    print(
        f"{'share':>6} {'edits':>6} {'p50 s':>7} {'max s':>7} {'most messages':>14} {'rest s':>7}"
    )
    for row in rows:
        print(
            f"{row['share']:>6} {row['edits']:>6} {row['p50_s']:>7.2f} {row['max_s']:>7.2f} "
            f"{row['most_messages']:>14} {row['rest_s']:>7.1f}"
        )
    _environment.write(options.json, "slow_workers", rows)


if __name__ == "__main__":
    main()
