"""Importing a project: our pipeline (read, map, merge, store) beside PyPI `jira` with plain saves.

Run: python -m benchmarks.import_issues [--issues N] [--delay MS] [--json FILE]. Both read the bundled
sandbox, in a process of its own, and store into fresh SQLite. Issues per second; ratios matter.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
PROJECT = "FALCON"
USER, TOKEN = "svc-alm@example.com", "svc-alm-api-token"  # the sandbox's own, public


def prepare(folder: Path) -> None:
    """A Django of our own, with an empty database in `folder`."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="almconnect.settings",
        ALMCONNECT_DATA_DIR=str(folder / "data"),
        ALMCONNECT_EGRESS_ALLOW="127.0.0.0/8",
        ALMCONNECT_LOG_LEVEL="ERROR",
        XDG_CONFIG_HOME=str(folder / "config"),
    )
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def ours(url: str) -> float:
    """Seconds of a whole import run."""
    from accounts.models import User
    from almconnect.lib.secret import Secret
    from connections import credentials, editing
    from connections.credentials import Credential
    from connections.models import Connection
    from sync import importing, mapped

    person = User.objects.create_user("bench", role="admin")
    draft = editing.create(actor=person, name="Bench", base_url=url, auth_method="basic")
    assert credentials.offer(draft, Credential("basic", Secret(TOKEN), USER), actor=person)
    connection = Connection.objects.get(pk=draft.pk)
    _, run = mapped.map_project(connection, PROJECT, actor=person)
    began = time.perf_counter()
    while importing.work(run.pk):
        pass
    seconds = time.perf_counter() - began
    run.refresh_from_db()
    assert run.state == "finished", run.message
    return seconds


def plain(url: str) -> float:
    """Seconds of what one writes first: PyPI jira's search, one row saved per issue."""
    from jira import JIRA

    from planning.models import WorkItem

    client = JIRA(url, basic_auth=(USER, TOKEN), options={"rest_api_version": "2"})
    began = time.perf_counter()
    token: str | None = None
    while True:
        page = client.enhanced_search_issues(
            f"project = {PROJECT}", nextPageToken=token, maxResults=100, fields="*all"
        )
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
        token = page.nextPageToken
        if not token:
            return time.perf_counter() - began


def measured(issues: int, delay: int) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "jira_sandbox", "--port", "0", "--flavour", "cloud", "--json"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        url = json.loads(server.stdout.readline())["url"]
        body = {"project": PROJECT, "count": issues}
        requests.post(f"{url}/sandbox/issues", json=body, timeout=120).raise_for_status()
        if delay:
            slow = {"name": "slow", "value": delay}
            requests.post(f"{url}/sandbox/faults", json=slow, timeout=10).raise_for_status()
        rows = []
        for name, work in (("ours", ours), ("jira + saves", plain)):
            seconds = work(url)
            rows.append({"what": name, "seconds": seconds, "per_second": issues / seconds})
        return rows
    finally:
        server.terminate()
        server.wait(10)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=5000)
    parser.add_argument("--delay", type=int, default=50, help="milliseconds a call")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        rows = measured(options.issues, options.delay)
    print(f"{options.issues} issues, {options.delay} ms a call")
    print(f"{'':14} {'seconds':>8} {'issues/s':>9} {'ratio':>6}")
    for row in rows:
        ratio = row["per_second"] / rows[-1]["per_second"]
        print(f"{row['what']:14} {row['seconds']:>8.1f} {row['per_second']:>9.0f} {ratio:>6.1f}")
    if options.json:
        options.json.write_text(json.dumps({"import_issues": rows}, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
