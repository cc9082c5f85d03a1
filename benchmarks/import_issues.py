"""Importing a project whole: our pipeline (read, map, merge, store) beside what people would use.

Run: python -m benchmarks.import_issues [--issues N] [--latency MS] [--flavour F] [--json FILE]. Each
contestant runs in a process of its own against the bundled server (`benchmarks._server`) and stores
into a fresh database: SQLite, and PostgreSQL where BENCH_POSTGRES names a server. `dlt` takes part
where BENCH_DLT names a Python that has it. Issues per second, per second
of the contestant's own CPU, and peak memory; ratios matter.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import requests

from benchmarks import _house

DLT = "BENCH_DLT"  # environment: a Python in which dlt[duckdb] is installed
FIELDS = (
    "project", "issuetype", "status", "updated", "issuelinks", "summary", "description", "labels",
    "priority", "assignee", "reporter", "parent", "customfield_10020", "customfield_10019",
    "customfield_10016", "customfield_10042",
)  # fmt: skip

Took = tuple[float, float]  # seconds, and CPU seconds of this process


class Watch:
    """Both clocks: on a busy machine the CPU's tells more than the wall's."""

    def __init__(self) -> None:
        self.began, self.cpu = time.perf_counter(), time.process_time()

    def read(self) -> Took:
        return time.perf_counter() - self.began, time.process_time() - self.cpu


def ours(url: str, folder: Path, database: str) -> Took:
    """A whole import run, its first moment to its last."""
    _house.prepare(folder, database)
    from accounts.models import User
    from planning.models import WorkItem
    from sync import importing, mapped

    connection = _house.connected(url)
    person = User.objects.get(username="bench")
    _, run = mapped.map_project(connection, _house.PROJECT, actor=person)
    watch = Watch()
    _house.finish(importing.work, run)
    took = watch.read()
    assert WorkItem.objects.count() == run.done == run.total
    return took


def saves(url: str, folder: Path, database: str) -> Took:
    """What one writes first: PyPI jira's search, one row saved per issue."""
    _house.prepare(folder, database)
    from jira import JIRA

    from planning.models import WorkItem

    client = JIRA(url, basic_auth=(_house.USER, _house.TOKEN), options={"rest_api_version": "2"})
    cloud = client.server_info()["deploymentType"] == "Cloud"
    query = f"project = {_house.PROJECT}"
    watch = Watch()
    token: str | None = None
    start = 0
    while True:
        if cloud:
            page = client.enhanced_search_issues(
                query, nextPageToken=token, maxResults=100, fields="*all"
            )
        else:
            page = client.search_issues(query, startAt=start, maxResults=100, fields="*all")
        for issue in page:
            fields = issue.fields
            WorkItem.objects.create(
                type=fields.issuetype.name,
                summary=fields.summary,
                description=fields.description or "",
                status=fields.status.name,
                remote_id=issue.id,
                remote_key=issue.key,
            )
        start += len(page)
        token = page.nextPageToken if cloud else None
        if (cloud and not token) or not len(page):
            return watch.read()


def bare(url: str, folder: Path, database: str) -> Took:
    """The thin reference: requests, ten threads, the same fields as ours, an upsert per hundred."""
    put = _table(folder, database)
    session = requests.Session()
    session.auth = (_house.USER, _house.TOKEN)
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=10))
    cloud = session.get(f"{url}/rest/api/2/serverInfo").json()["deploymentType"] == "Cloud"
    query = f"project = {_house.PROJECT}"

    def post(path: str, body: dict[str, Any]) -> Any:
        answer = session.post(f"{url}/rest/api/2/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def page(start: int) -> Any:
        body = {"jql": query, "startAt": start, "maxResults": 100, "fields": list(FIELDS)}
        return post("search", body)["issues"]

    def bulk(part: list[str]) -> Any:
        return post("issue/bulkfetch", {"issueIdsOrKeys": part, "fields": list(FIELDS)})["issues"]

    watch = Watch()
    with ThreadPoolExecutor(10) as pool:
        if cloud:
            ids = _ids(post, query)
            pages = pool.map(bulk, [ids[at : at + 100] for at in range(0, len(ids), 100)])
        else:
            total = post("search", {"jql": query, "maxResults": 0})["total"]
            pages = pool.map(page, range(0, total, 100))
        for issues in pages:
            put([_row(issue) for issue in issues])
    return watch.read()


def _ids(post: Callable[[str, dict[str, Any]], Any], query: str) -> list[str]:
    found: list[str] = []
    token = None
    while True:
        body = {"jql": query, "maxResults": 5000, "fields": ["id"]}
        answer = post("search/jql", body | ({"nextPageToken": token} if token else {}))
        found += [issue["id"] for issue in answer["issues"]]
        token = answer.get("nextPageToken")
        if not token:
            return found


def _row(issue: dict[str, Any]) -> tuple[Any, ...]:
    fields = issue["fields"]
    return (
        issue["id"], issue["key"], fields["summary"], fields["description"],
        fields["status"]["name"], fields["issuetype"]["name"], fields["customfield_10016"],
        json.dumps(fields["labels"]), fields["updated"],
    )  # fmt: skip


def _table(folder: Path, database: str) -> Callable[[list[tuple[Any, ...]]], object]:
    """A bare table of nine columns, and what upserts rows into it, committed each time."""
    columns = [
        "id",
        "key",
        "summary",
        "description",
        "status",
        "type",
        "points",
        "labels",
        "updated",
    ]
    create = f"CREATE TABLE bare ({', '.join(f'{c} text' for c in columns)}, PRIMARY KEY (id))"
    changes = ", ".join(f"{c} = excluded.{c}" for c in columns[1:])
    update = f"ON CONFLICT (id) DO UPDATE SET {changes}"
    if database:
        import psycopg

        there = psycopg.connect(database, autocommit=True)
        there.execute(create)
        marks = ", ".join(["%s"] * len(columns))
        upsert = f"INSERT INTO bare VALUES ({marks}) {update}"  # noqa: S608  (words of this file)

        def into(rows: list[tuple[Any, ...]]) -> object:
            with there.transaction(), there.cursor() as cursor:
                cursor.executemany(upsert, rows)
            return None

        return into
    import sqlite3

    here = sqlite3.connect(folder / "bare.sqlite3")
    here.execute("PRAGMA journal_mode=WAL")
    here.execute("PRAGMA synchronous=NORMAL")
    here.execute(create)
    marks = ", ".join("?" * len(columns))
    upsert = f"INSERT INTO bare VALUES ({marks}) {update}"  # noqa: S608  (words of this file)

    def put(rows: list[tuple[Any, ...]]) -> object:
        with here:
            return here.executemany(upsert, rows)

    return put


CONTESTANTS = {"ours": ours, "PyPI jira + saves": saves, "bare loop": bare}


def once(name: str, url: str, database: str) -> None:
    """One contestant in this process; its figures as JSON on standard output."""
    with tempfile.TemporaryDirectory() as folder:
        seconds, cpu = CONTESTANTS[name](url, Path(folder), database)
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "peak_mb": _house.peak_mb()}))


def by_dlt(url: str, issues: int) -> dict[str, Any] | None:
    """dlt's REST source into DuckDB, in its own Python; None where there is none."""
    program = os.environ.get(DLT, "")
    if not program:
        return None
    script = Path(__file__).with_name("_by_dlt.py")
    with tempfile.TemporaryDirectory() as folder:
        command = [program, str(script), url, _house.PROJECT]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    if run.returncode:
        print(f"dlt failed: {run.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    assert found.pop("rows") == issues
    return found


def measured(options: argparse.Namespace) -> list[dict[str, Any]]:
    words = ["--flavour", options.flavour, "--issues", str(options.issues)]
    rows = []
    with _house.server(*words, "--latency", str(options.latency)) as server:
        for kind in ("SQLite", "PostgreSQL"):
            for name in CONTESTANTS:
                with _house.postgres() if kind == "PostgreSQL" else nullcontext("") as database:
                    if kind == "PostgreSQL" and not database:
                        continue
                    words = [name, server.url, database]
                    command = [sys.executable, "-m", "benchmarks.import_issues", "--once", *words]
                    run = subprocess.run(
                        command, cwd=_house.ROOT, stdout=subprocess.PIPE, text=True, timeout=900
                    )
                    assert run.returncode == 0, f"{name} failed"
                    found = json.loads(run.stdout.splitlines()[-1])
                    rows.append({"database": kind, "what": name, **found})
                    print(f"{kind}, {name}: {found['seconds']:.1f} s", file=sys.stderr, flush=True)
        if (found := by_dlt(server.url, options.issues)) is not None:
            rows.append({"database": "DuckDB", "what": "dlt", **found})
    return [{**row, "per_second": options.issues / row["seconds"]} for row in rows]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=20_000)
    parser.add_argument("--latency", type=float, default=50, help="milliseconds a call")
    parser.add_argument("--flavour", default="cloud", choices=("cloud", "datacenter"))
    parser.add_argument("--once", nargs=3, metavar=("NAME", "URL", "DATABASE"))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.once:
        once(*options.once)
        return
    rows = measured(options)
    print(f"{options.issues} issues, {options.flavour}, {options.latency:.0f} ms a call")
    print(
        f"{'':11} {'':18} {'seconds':>8} {'issues/s':>9} {'of bare':>8} {'a CPU s':>8} {'peak MB':>8}"
    )
    bases = {row["database"]: row["per_second"] for row in rows if row["what"] == "bare loop"}
    for row in rows:
        base = bases.get(row["database"])
        ratio = f"{row['per_second'] / base:8.2f}" if base else f"{'':8}"
        print(
            f"{row['database']:11} {row['what']:18} {row['seconds']:>8.1f} "
            f"{row['per_second']:>9.0f} {ratio} "
            f"{options.issues / row['cpu_seconds']:>8.0f} {row['peak_mb']:>8.0f}"
        )
    _house.write(
        options.json, "import_issues", {"options": vars(options) | {"json": ""}, "rows": rows}
    )


if __name__ == "__main__":
    main()
