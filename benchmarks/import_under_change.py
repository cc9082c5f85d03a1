"""What an import makes of a project that people go on working in: 60 issues deleted, 60 edited meanwhile.

Run: python -m benchmarks.import_under_change [--issues N] [--deletes N] [--edits N] [--latency MS]
    [--apart SECONDS] [--json FILE]

On both flavours, from Jira as it is at the end: *missing* issues have no item, *ghosts* are items whose
issue is deleted (*told*: those that say so themselves), *stale* items show an older summary. Looked at when
the import ends, after a poll that comes `--apart` later (before, an absence counts but once), and after a
full comparison. No webhook helps. Beside it PyPI jira with plain saves, which pages as its library does.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks import _contestants, _environment

Row = dict[str, Any]


class Look:
    """What the board shows beside what Jira has, each time it is asked."""

    def __init__(self, server: _environment.Server, flavour: str, what: str) -> None:
        self.server, self.about = server, {"flavour": flavour, "what": what}

    def after(self, moment: str, work: Callable[[], object]) -> Row:
        """Do this, and look: the calls and seconds it took, and what is wrong now."""
        self.server.reset()
        began, cpu = time.perf_counter(), time.process_time()
        work()
        took = {
            "seconds": time.perf_counter() - began,
            "cpu_seconds": time.process_time() - cpu,
            "calls": sum(self.server.calls().values()),
        }
        return {**self.about, "after": moment, **took, **self._wrong()}

    def _wrong(self) -> dict[str, int]:
        from planning.models import WorkItem
        from sync.models import Shadow

        truth = self.server.truth()
        assert not truth["to_come"], "the import was over before everything was changed"
        items = WorkItem.objects.filter(deleted=None).exclude(remote_id="")
        board = dict(items.values_list("remote_id", "summary"))
        there, edited = set(truth["ids"]), truth["edited"]
        ghosts = board.keys() - there
        told = Shadow.objects.exclude(absence="").filter(remote_id__in=ghosts)
        return {
            "missing": len(there - board.keys()),
            "ghosts": len(ghosts),
            "told": told.count(),
            "stale": sum(board.get(one, summary) != summary for one, summary in edited.items()),
            "doubled": items.count() - len(board),
        }


def ours(server: _environment.Server, look: Look, options: argparse.Namespace) -> Iterator[Row]:
    """The import, the poll after it, a full comparison."""
    from accounts.models import User
    from sync.inbound import absence, polls
    from sync.mapping import project_mapping
    from sync.models import RunKind
    from sync.runs import project_runs

    absence.APART = timedelta(seconds=options.apart)
    connection = _environment.connected(server.url)
    person = User.objects.get(username="bench")
    project, run = project_mapping.map_project(connection, _environment.PROJECT, actor=person)
    server.concurrent_edits(options.deletes, options.edits)
    yield look.after("import", lambda: _environment.finish(project_runs.work, run))
    time.sleep(options.apart)

    def poll() -> None:
        while polls.poll(project.pk):
            pass

    yield look.after("poll", poll)
    again = project_runs.request(project, RunKind.RECONCILE)
    yield look.after("comparison", lambda: _environment.finish(project_runs.work, again))


def saves(server: _environment.Server, look: Look, options: argparse.Namespace) -> Iterator[Row]:
    client, cloud = _contestants.client_of(server.url)
    server.concurrent_edits(options.deletes, options.edits)
    yield look.after("import", lambda: _contestants.save_all(client, cloud))


CONTESTANTS = {_contestants.OURS: ours, _contestants.SAVES: saves}


def measured(flavour: str, options: argparse.Namespace) -> Iterator[Row]:
    """Each contestant on an empty board and a Jira where nothing was changed yet."""
    from connections.models import Connection
    from planning.models import WorkItem

    words = ["--flavour", flavour, "--issues", str(options.issues)]
    for name, contestant in CONTESTANTS.items():
        with _environment.server(*words, "--latency", str(options.latency)) as server:
            yield from contestant(server, Look(server, flavour, name), options)
        Connection.objects.all().delete()
        WorkItem.objects.all().delete()


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=5_000)
    parser.add_argument("--deletes", type=int, default=60)
    parser.add_argument("--edits", type=int, default=60)
    parser.add_argument("--latency", type=float, default=50, help="milliseconds a call")
    parser.add_argument("--apart", type=float, default=30, help="seconds; 30 is the product's own")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with _environment.postgres() as database, tempfile.TemporaryDirectory() as folder:
        _environment.prepare(Path(folder), database)
        rows = [row for one in ("cloud", "datacenter") for row in measured(one, options)]
        _environment.close()
    print(
        f"{options.issues} issues, {options.deletes} deleted and {options.edits} edited meanwhile, "
        f"{options.latency:.0f} ms a call, {'PostgreSQL' if database else 'SQLite'}"
    )
    print(
        f"{'':11} {'':18} {'after':11} {'missing':>7} {'ghosts':>6} {'told':>5} {'stale':>5} "
        f"{'doubled':>7} {'calls':>6} {'seconds':>8} {'CPU s':>6}"
    )
    for row in rows:
        print(
            f"{row['flavour']:11} {row['what']:18} {row['after']:11} {row['missing']:>7} "
            f"{row['ghosts']:>6} {row['told']:>5} {row['stale']:>5} {row['doubled']:>7} "
            f"{row['calls']:>6} {row['seconds']:>8.1f} {row['cpu_seconds']:>6.1f}"
        )
    _environment.write(options.json, "import_under_change", rows)


if __name__ == "__main__":
    main()
