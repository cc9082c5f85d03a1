"""What a tick costs, and what it leaves in the queues while nobody works, for 1 to 100,000 waiting rows.

Run: python -m benchmarks.wakeups [--rows N …] [--ticks N] [--json FILE]. One connection with a mapped
project; as many deliveries and as many changes wait and are due. Each tick is the worker's own task on
SQLite, its messages go to a Redis of the benchmark's own, and no worker takes any.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from benchmarks._installation import free_port

QUEUES = ("interactive", "inbound", "outbound", "bulk")


def prepare(folder: Path, broker: str) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "almconnect.settings",
        "ALMCONNECT_DATA_DIR": str(folder / "data"),
        "ALMCONNECT_DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite3'}",
        "ALMCONNECT_BROKER_URL": broker,
        "ALMCONNECT_LOG_LEVEL": "ERROR",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def fill(rows: int) -> None:
    """One connection; `rows` deliveries and `rows` changes that are due."""
    from connections.models import Connection, MappedProject
    from planning.models import Change, ChangeKind, WorkItem
    from sync.models import Delivery

    Connection.objects.all().delete()
    one = Connection.objects.create(
        name="Bench", base_url="http://127.0.0.1:9", lifecycle="active", health="ok", account_id="1"
    )
    project = MappedProject.objects.create(connection=one, remote_id="1", key="B", name="B")
    item = WorkItem.objects.create(project=project, type="Story", summary="One")
    Delivery.objects.bulk_create(
        (Delivery(connection=one, identity=uuid.uuid4().hex, event="jira:issue_updated",
                  issue_id=str(n), body=b"{}") for n in range(rows)),
        batch_size=500,
    )  # fmt: skip
    Change.objects.bulk_create(
        (Change(project=project, item=item, kind=ChangeKind.EDIT) for _ in range(rows)),
        batch_size=500,
    )


def measure(client: Any, rows: int, ticks: int) -> dict[str, float]:
    from sync.schedule import tasks

    client.flushdb()
    fill(rows)
    tasks.tick()  # imports and connections are not the tick's cost
    client.flushdb()
    times = []
    for _ in range(ticks):
        began = time.perf_counter()
        tasks.tick()
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    waiting = sum(client.llen(queue) for queue in QUEUES)
    return {"rows": rows, "ms": times[len(times) // 2], "messages": waiting}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1, 1_000, 100_000])
    parser.add_argument("--ticks", type=int, default=30)
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    program = shutil.which("redis-server")
    if program is None:
        sys.exit("skipped: there is no redis-server on this machine")
    port = free_port()
    server = subprocess.Popen(
        [program, "--port", str(port), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
    )
    try:
        with tempfile.TemporaryDirectory() as folder:
            import redis

            client = redis.Redis(port=port)
            while True:
                try:
                    client.ping()
                    break
                except redis.exceptions.ConnectionError:
                    time.sleep(0.05)
            prepare(Path(folder), f"redis://127.0.0.1:{port}/0")
            found = [measure(client, rows, wanted.ticks) for rows in wanted.rows]
    finally:
        server.terminate()
        server.wait(30)
    for row in found:
        print(
            f"{row['rows']:>8} rows wait: a tick takes {row['ms']:8.1f} ms, and {wanted.ticks} ticks leave "
            f"{row['messages']:>9} messages"
        )
    if wanted.json:
        wanted.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
