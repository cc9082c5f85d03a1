"""How many calls to Jira 100 deliveries and 100 edits cost, and comparing a project where nothing changed.

Run: python -m benchmarks.sync_calls [--issues N] [--latency MS] [--json FILE]. Counted by the server, on
both flavours. Beside each: what one call per delivery, and a read and a write per edit, would be. At least
210 issues: a hundred are touched in Jira, and of those behind the first 200 ten are edited on the board.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import _environment
from benchmarks._issues import FIRST

UNEDITED = 200  # the first of them: what is edited on the board was not touched in Jira
EDITED = 10


def deliveries(project: Any, server: _environment.Server, number: int = 100) -> None:
    """So many webhooks, of so many issues that changed in Jira, and one drain."""
    from planning.models import WorkItem
    from sync.inbound import drain
    from sync.webhook import inbox

    for n in range(number):
        server.touch(FIRST + n, f"Changed in Jira {n}")
    server.reset()
    for n in range(number):
        issue = {"id": str(FIRST + n), "key": f"BENCH-{n + 1}",
                 "fields": {"project": {"id": "10000", "key": "BENCH"}}}  # fmt: skip
        body = {"webhookEvent": "jira:issue_updated", "timestamp": n, "issue": issue}
        verdict, _ = inbox.accept(project.connection.webhook_token, {}, json.dumps(body).encode())
        assert verdict == inbox.Verdict.STORED, verdict
    while drain.drain(project.connection_id):
        pass
    mine = WorkItem.objects.filter(project=project, summary__startswith="Changed in Jira")
    assert mine.count() == number


def edits(project: Any, server: _environment.Server, items: int = EDITED, each: int = 10) -> None:
    """Ten people's edits of the same ten items, and a push."""
    from planning import item_editing
    from planning.models import Change, ChangeState, WorkItem
    from sync.outbound import send_changes

    mine = WorkItem.objects.filter(project=project).order_by("remote_id")
    some = list(mine[UNEDITED : UNEDITED + items])
    for n in range(each):
        for item in some:
            item_editing.edit_item(item.pk, actor=None, values={"summary": f"Edit {n}"})
    server.reset()
    while send_changes.send_slice(project.connection_id):
        pass
    over = (ChangeState.SETTLED, ChangeState.DROPPED)
    assert not Change.objects.exclude(state__in=over).exists()
    assert len(server.writes()) == items


def reconcile(project: Any) -> None:
    """Compare the project whole; nothing changed."""
    from sync.models import RunKind
    from sync.runs import project_runs

    run = project_runs.request(project, RunKind.RECONCILE)
    _environment.finish(project_runs.work, run)


def measured(flavour: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    from connections.models import Connection

    words = ("--flavour", flavour, "--issues", str(options.issues))
    rows = []
    with _environment.server(*words) as server:
        _, project = _environment.imported(server.url)
        server.latency(options.latency)
        works: tuple[tuple[str, int, Callable[[], None]], ...] = (
            ("100 deliveries of 100 issues", 100, lambda: deliveries(project, server)),
            ("100 edits of 10 items", 200, lambda: edits(project, server)),
            (f"reconcile {options.issues}, no change", options.issues, lambda: reconcile(project)),
        )
        for name, naive, work in works:
            server.reset()
            began = time.perf_counter()
            work()
            seconds = time.perf_counter() - began
            rows.append(
                {"flavour": flavour, "what": name, "calls": sum(server.calls().values()),
                 "one_by_one": naive, "seconds": seconds, "peak_mb": _environment.peak_mb(),
                 "shapes": server.calls()}
            )  # fmt: skip
        Connection.objects.all().delete()
    return rows


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=2000)
    parser.add_argument("--latency", type=float, default=50, help="milliseconds a call")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.issues < (least := UNEDITED + EDITED):
        parser.error(
            f"--issues {options.issues} are too few to edit some of them: {least} at least"
        )
    rows = []
    with _environment.postgres() as database, tempfile.TemporaryDirectory() as folder:
        _environment.prepare(Path(folder), database)
        for flavour in ("cloud", "datacenter"):
            rows += measured(flavour, options)
        _environment.close()
    print(f"{options.latency:.0f} ms a call, {'PostgreSQL' if database else 'SQLite'}")
    print(f"{'':11} {'':32} {'calls':>6} {'one by one':>11} {'seconds':>8} {'peak MB':>8}")
    for row in rows:
        print(
            f"{row['flavour']:11} {row['what']:32} {row['calls']:>6} {row['one_by_one']:>11} "
            f"{row['seconds']:>8.2f} {row['peak_mb']:>8.0f}"
        )
        print(f"{'':11}   {', '.join(f'{n}× {shape}' for shape, n in row['shapes'].items())}")
    _environment.write(options.json, "sync_calls", rows)


if __name__ == "__main__":
    main()
