"""Who imports a project whole in the benchmarks: ours and what people would use, each in a process.

Run by `run`: python -m benchmarks._contestants NAME URL [--database ADDRESS] [--most N] [--faults JSON].
Prints what was used and stored as JSON. A contestant that fails is told as such, with what it had
stored by then: whether it comes through is a figure too.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import _baseline, _environment

OURS, SAVES, BARE = "ours", "PyPI jira + saves", "bare loop"
LONGEST = 900  # seconds that a contestant may take


@dataclass
class Job:
    """What a contestant is asked, and its clocks.

    `most`: how many issues are enough (0: all), for the slow; `faults`: what strikes it from the moment
    that its import begins.
    """

    url: str
    folder: Path
    database: str = ""
    most: int = 0
    faults: dict[str, float] = field(default_factory=dict)
    before_mb: float = 0.0
    began: tuple[float, float] = (0.0, 0.0)

    def begin(self) -> None:
        """From now on it counts: both clocks, and the server's calls."""
        server = _environment.Server(self.url)
        server.reset()
        if self.faults:
            server.faults(**self.faults)
        self.before_mb = _environment.peak_mb()
        self.began = time.perf_counter(), time.process_time()

    def used(self) -> dict[str, float]:
        """Seconds by the wall and of this process's CPU, which tells more on a busy machine; memory."""
        wall, cpu = time.perf_counter() - self.began[0], time.process_time() - self.began[1]
        memory = {"before_mb": self.before_mb, "peak_mb": _environment.peak_mb()}
        return {"seconds": wall, "cpu_seconds": cpu, **memory}


def ours(job: Job) -> None:
    """A whole import run, its first moment to its last."""
    _environment.prepare(job.folder, job.database)
    from accounts.models import User
    from planning.models import WorkItem
    from sync.mapping import project_mapping
    from sync.runs import project_runs

    connection = _environment.connected(job.url)
    person = User.objects.get(username="bench")
    _, run = project_mapping.map_project(connection, _environment.PROJECT, actor=person)
    job.begin()
    _environment.finish(project_runs.work, run, within=LONGEST / 2)
    assert WorkItem.objects.count() == run.done == run.total


def saves(job: Job) -> None:
    """What one writes first: PyPI jira's search, one row saved per issue."""
    _environment.prepare(job.folder, job.database)
    client, cloud = client_of(job.url)
    job.begin()
    save_all(client, cloud, job.most)


def client_of(url: str) -> tuple[Any, bool]:
    """PyPI jira's client, which looks at the server as it is made, and whether that is Cloud's."""
    from jira import JIRA

    basic = (_environment.USER, _environment.TOKEN)
    client = JIRA(url, basic_auth=basic, options={"rest_api_version": "2"})
    return client, client.server_info()["deploymentType"] == "Cloud"


def save_all(client: Any, cloud: bool, most: int = 0) -> None:
    """Page by page, `most` issues where that is not 0. Needs a prepared Django."""
    from planning.models import WorkItem

    query = f"project = {_environment.PROJECT}"
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
        if (cloud and not token) or not len(page) or 0 < most <= start:
            return


def bare(job: Job) -> None:
    put = _baseline.table(job.folder, job.database)
    job.begin()
    _baseline.read_all(job.url, put)


CONTESTANTS = {OURS: ours, SAVES: saves, BARE: bare}
ON_THE_BOARD = (OURS, SAVES)


def on_the_board() -> dict[str, int]:
    """Issues that have an item, and items beyond the first of an issue."""
    from planning.models import WorkItem

    rows = WorkItem.objects.exclude(remote_id="").values_list("remote_id", flat=True)
    stored = len(set(rows))
    return {"stored": stored, "doubled": len(rows) - stored}


def once(name: str, job: Job) -> dict[str, Any]:
    """One contestant in this process; `failed` says why it did not come through, empty if it did."""
    failed = ""
    try:
        CONTESTANTS[name](job)
    except Exception as error:  # noqa: BLE001  (whatever stops a contestant is its figure)
        traceback.print_exc()
        failed = f"{type(error).__name__}: {error}".splitlines()[0][:120]
    found = {**job.used(), "failed": failed}
    server = _environment.Server(job.url)
    found |= {"calls": sum(server.calls().values()), "struck": server.struck()}
    return found | (on_the_board() if name in ON_THE_BOARD else {})


def run(
    name: str,
    url: str,
    database: str = "",
    most: int = 0,
    faults: dict[str, float] | None = None,
) -> dict[str, Any]:
    """The figures of one contestant, run in a process of its own."""
    words = ["--database", database, "--most", str(most), "--faults", json.dumps(faults or {})]
    command = [sys.executable, "-m", "benchmarks._contestants", name, url, *words]
    done = subprocess.run(
        command,
        cwd=_environment.ROOT,
        stdout=subprocess.PIPE,
        text=True,
        timeout=LONGEST,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=CONTESTANTS)
    parser.add_argument("url")
    parser.add_argument("--database", default="")
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--faults", type=json.loads, default={})
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        job = Job(options.url, Path(folder), options.database, options.most, dict(options.faults))
        print(json.dumps(once(options.name, job)))


if __name__ == "__main__":
    main()
