"""What pages cost with 100 connections and many items: p95 milliseconds and the number of queries.

Run: python -m benchmarks.pages [--connections N] [--items N] [--json FILE]. In process, by Django's test
client, so that the figure is the page and not the network; each page's queries are counted at a tenth of
the connections and at all of them, and must be equal. On PostgreSQL where BENCH_POSTGRES names a server.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks import _environment

LOOKS = 20  # times each page is asked for


def connections(first: int, number: int) -> list[Any]:
    """So many active connections, each with a mapped project and a permission report."""
    from connections.models import Connection, MappedProject, PermissionReport
    from connections.report import report_rows
    from jira_client.requirements import PROJECT_KEYS
    from jira_client.values import PermissionState, Project

    rows = Connection.objects.bulk_create(
        Connection(
            name=f"Jira {n}", base_url=f"https://jira{n}.example.com", auth_method="basic",
            lifecycle="active", health="ok", deployment="cloud", account_id=f"a{n}",
            account_name="ALM Service",
        )
        for n in range(first, first + number)
    )  # fmt: skip
    held = dict.fromkeys(PROJECT_KEYS, PermissionState.HELD)
    PermissionReport.objects.bulk_create(
        PermissionReport(
            connection=row, state="finished", account_name="ALM Service", done=500, total=500,
            taken_at=row.created,
            rows=[report_rows.kept(Project(str(n), f"P{n}", f"Project {n}"), held) for n in range(500)],
        )
        for row in rows[:5]
    )  # fmt: skip
    return MappedProject.objects.bulk_create(
        MappedProject(connection=row, remote_id=str(n), key=f"K{first + n}", name=f"Project {n}")
        for n, row in enumerate(rows)
    )


def items(projects: list[Any], number: int) -> None:
    """Work items of these projects, a PI's worth of them planned."""
    from planning.models import Art, Iteration, Pi, Team, WorkItem

    dice = random.Random(7)
    art = Art.objects.create(name="ART")
    pi = Pi.objects.create(name="PI 1", art=art)
    start = date(2026, 10, 5)
    iterations = [
        Iteration.objects.create(
            pi=pi, index=n, name=f"PI 1.{n}", start=start + timedelta(days=14 * n),
            end=start + timedelta(days=14 * n + 13),
        )
        for n in range(1, 6)
    ]  # fmt: skip
    teams = [Team.objects.create(name=f"Team {n}", art=art) for n in range(8)]
    for at in range(0, number, 5000):
        WorkItem.objects.bulk_create(
            WorkItem(
                project=projects[n % len(projects)], type="Story", summary=f"Item {n} of the plan",
                status=dice.choice(("To Do", "In Progress", "Done")), remote_id=str(n),
                remote_key=f"K-{n}", story_points=dice.randrange(1, 9),
                team=teams[n % 8] if n < 400 else None,
                iteration=iterations[n % 5] if n < 400 else None,
            )
            for n in range(at, min(at + 5000, number))
        )  # fmt: skip


def addresses() -> dict[str, str]:
    """Name → address of the pages that grow. "#2 Projects" asks Jira and is left out."""
    from connections.models import Connection
    from planning.models import Pi, WorkItem

    first = Connection.objects.filter(reports__isnull=False).first()
    item = WorkItem.objects.first()
    assert first is not None
    assert item is not None
    here = f"/connections/{first.pk}"
    return {
        "RTE Cockpit": "/cockpit/",
        "ALM Connections": "/connections/",
        "one connection": f"{here}/",
        "#3 Permissions, 500 projects": f"{here}/permissions/",
        "by operation, 500 projects": f"{here}/permissions/?view=operations",
        "Activity": "/activity/",
        "Board": f"/board/?pi={Pi.objects.get().pk}",
        "Items": "/items/",
        "Items, searched": "/items/?q=Item+77",
        "one item": f"/items/{item.pk}/",
        "API items": "/api/v1/items?limit=100",
        "API sync status": "/api/v1/sync/status",
    }


def looked(client: Any, address: str, times: int) -> tuple[list[float], list[float], int]:
    """Milliseconds of each look, of which in this process's CPU, and queries of the last."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    took: list[float] = []
    cpu: list[float] = []
    for _ in range(times):
        began, spent = time.perf_counter(), time.process_time()
        status = client.get(address).status_code
        assert status == 200, f"{address} answered {status}"
        took.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - spent) * 1000)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return took, cpu, len(queries)


def measured(options: argparse.Namespace) -> list[dict[str, Any]]:
    from django.test import Client

    from accounts.models import ApiToken, User
    from almconnect.lib import gc_freeze

    person = User.objects.create_user(f"bench-{uuid.uuid4().hex[:6]}", role="admin")
    _, token = ApiToken.issue(person, "admin", "bench")
    client = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {token}"})
    client.force_login(person)
    few = max(1, options.connections // 10)
    projects = connections(0, few)
    items(projects, 2000)
    before = {name: looked(client, address, 1)[2] for name, address in addresses().items()}
    projects += connections(few, options.connections - few)
    more = [row for row in projects if row.key != projects[0].key]
    _items_more(more, options.items - 2000)
    gc_freeze.freeze_for_good()  # as the web process does, once its pages are loaded
    rows = []
    for name, address in addresses().items():
        looked(client, address, 2)
        took, cpu, queries = looked(client, address, LOOKS)
        rows.append(
            {"page": name, "cpu_ms": _environment.percentile(cpu, 0.5),
             "p50_ms": _environment.percentile(took, 0.5),
             "p95_ms": _environment.percentile(took, 0.95), "queries": queries,
             "queries_at_a_tenth": before[name]}
        )  # fmt: skip
    return rows


def _items_more(projects: list[Any], number: int) -> None:
    """Unplanned ones, written like an import writes them."""
    from django.db import connection

    from almconnect.lib import bulk_rows
    from planning.models import WorkItem

    for at in range(2000, 2000 + number, 20_000):
        bulk_rows.insert([
            bulk_rows.make(WorkItem, {
                "project_id": projects[n % len(projects)].pk, "type": "Story", "status": "To Do",
                "summary": f"Item {n} of the plan", "remote_id": str(n), "remote_key": f"K-{n}",
            })
            for n in range(at, min(at + 20_000, 2000 + number))
        ])  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=100)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with _environment.postgres() as database, tempfile.TemporaryDirectory() as folder:
        _environment.prepare(Path(folder), database)
        rows = measured(options)
        _environment.close()
    kind = "PostgreSQL" if database else "SQLite"
    print(f"{options.connections} connections, {options.items} items, {kind}")
    print(f"{'':30} {'p50 ms':>7} {'p95 ms':>7} {'CPU ms':>7} {'queries':>8} {'at a tenth':>11}")
    for row in rows:
        print(
            f"{row['page']:30} {row['p50_ms']:>7.0f} {row['p95_ms']:>7.0f} {row['cpu_ms']:>7.0f} "
            f"{row['queries']:>8} {row['queries_at_a_tenth']:>11}"
        )
    facts = {"connections": options.connections, "items": options.items, "database": kind}
    _environment.write(options.json, "pages", {**facts, "rows": rows})


if __name__ == "__main__":
    main()
