"""What tests of runs share: a project that is only mapped, many issues, and a Jira that fails often."""

from __future__ import annotations

import itertools
import threading
import time
from typing import Any

import pytest
from django.utils import timezone

from jira_sandbox.faults import Fault, Faults
from jira_sandbox.wire import Request
from sync.models import Run, RunKind
from sync.runs import project_runs
from tests.sync.world import PROJECT, World

DONE = ("finished", "failed")


def fail_every(
    monkeypatch: pytest.MonkeyPatch, nth: int, name: str = "error", value: Any = 503
) -> None:
    """Each nth call of Jira's REST API fails, whichever it is."""
    count, lock, really = itertools.count(1), threading.Lock(), Faults.take

    def take(self: Faults, asked: str, request: Request | None = None) -> Fault | None:
        if asked == name and request is not None and request.path.startswith("/rest/"):
            with lock:
                if next(count) % nth == 0:
                    return Fault(name, value)
        return really(self, asked, request)

    monkeypatch.setattr(Faults, "take", take)


def add_issues(world: World, count: int) -> None:
    world.control("POST", "issues", project=PROJECT, count=count)


def run_to_end(world: World, kind: str = RunKind.IMPORT, within: float = 60.0) -> Run:
    """A run, slice after slice, as if what it waits for had passed; as it ended."""
    run = project_runs.request(world.project, RunKind(kind))
    until = time.monotonic() + within
    while run.state not in DONE:
        assert time.monotonic() < until, (run.state, run.phase, run.done, run.total, run.message)
        Run.objects.filter(pk=run.pk).update(due=timezone.now())
        project_runs.work(run.pk)
        run.refresh_from_db()
    return run
