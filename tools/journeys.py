"""Through how many files does an edit go? `python -m tools.journeys` traces two real runs and prints a table.

One summary edited on the board until its PUT leaves for Jira, the same until all is settled, and one
webhook of Jira's until the board's row shows it, against the sandbox, each after one run that warms caches
up. *Files* are the project's own files in which a function is called on the way; *changes* how often a call
goes from one of them to another. Run it before and after things are moved (docs/decisions/0078).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SENDING = "Channel.send"
OURS = ("sync", "planning", "connections", "accounts", "almconnect", "jira_client", "outgoing")


@dataclass
class Trace:
    """What was called, in order, by file."""

    calls: list[tuple[str, str]] = field(default_factory=list)
    put: int | None = None  # how many of the calls were made when the first PUT left

    def note(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and (path := _ours(frame.f_code.co_filename)):
            self.calls.append((path, frame.f_code.co_qualname))
            if self.put is None and frame.f_code.co_qualname == SENDING:
                request = frame.f_locals["request"]
                self.put = len(self.calls) if request.method == "PUT" else None

    def to_put(self) -> Trace:
        """The part of it before the first PUT left. Raises ValueError where none did."""
        if self.put is None:
            raise ValueError("nothing was PUT on this journey")
        return Trace(self.calls[: self.put])

    @property
    def files(self) -> list[str]:
        return list(dict.fromkeys(path for path, _ in self.calls))

    @property
    def functions(self) -> int:
        return len(set(self.calls))

    @property
    def changes(self) -> int:
        paths = [path for path, _ in self.calls]
        return sum(one != following for one, following in zip(paths, paths[1:], strict=False))


def _ours(name: str) -> str:
    if not name.startswith(f"{ROOT}{os.sep}"):
        return ""
    path = name[len(str(ROOT)) + 1 :]
    return path if path.split(os.sep)[0] in OURS and "migrations" not in path else ""


def traced(work: Callable[[], object]) -> Trace:
    found = Trace()
    threading.setprofile(found.note)
    sys.setprofile(found.note)
    try:
        work()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
    return found


def journeys(flavour: str) -> dict[str, Trace]:
    from accounts.models import Role, User
    from jira_sandbox.server import running
    from sync.models import Delivery
    from tests.sync.world import build

    with running(flavour=flavour) as handle, ExitStack():
        person = User.objects.create_user(f"rte-{flavour}", role=Role.RTE)
        world = build(handle, person, team_name=flavour)
        item = world.first()

        def edit(summary: str) -> None:
            world.edit(item, summary=summary)
            world.push(rounds=1)
            assert world.issue(item.remote_key)["summary"] == summary

        def deliver(summary: str) -> None:
            world.edit_issue(item.remote_key, summary=summary)
            issue = {"id": item.remote_id, "key": item.remote_key,
                     "fields": {"project": {"id": world.project.remote_id}}}  # fmt: skip
            hook = {"webhookEvent": "jira:issue_updated", "timestamp": len(summary), "issue": issue}
            world.hook(hook)
            world.drain()
            assert not Delivery.objects.filter(state="waiting").exists()
            item.refresh_from_db()
            assert item.summary == summary

        found = {}
        for name, work in (("an edit to Jira", edit), ("a delivery to its row", deliver)):
            work("first")
            found[name] = traced(lambda work=work: work("the second one"))  # type: ignore[misc]
        return {"an edit to its PUT": found["an edit to Jira"].to_put(), **found}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.journeys", description=__doc__)
    parser.add_argument("--flavour", choices=["cloud", "datacenter"], default="cloud")
    parser.add_argument("--list", action="store_true", help="name the files, in order")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ALMCONNECT_TEST_DATABASE_URL"] = f"sqlite:///{folder}/journeys.sqlite3"
        from tests import environment

        environment.prepare()
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        rows = journeys(options.flavour)
    print(f"{'journey':24} {'files':>6} {'functions':>10} {'changes of file':>16}")
    for name, found in rows.items():
        print(f"{name:24} {len(found.files):>6} {found.functions:>10} {found.changes:>16}")
        if options.list:
            print("\n".join(f"    {path}" for path in found.files))
    return 0


if __name__ == "__main__":
    sys.exit(main())
