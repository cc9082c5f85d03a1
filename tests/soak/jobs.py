"""What a child of the forker does: a worker's work, or a person's call that may die like one."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from typing import Final

from django.utils import timezone

from accounts.models import User
from connections.models import Connection, MappedProject
from planning.models import Team
from sync.inbound import mass_deletion_guard, polls
from sync.mapping import new_releases, new_sprints
from sync.models import Brake, Run, RunState
from sync.schedule import sweep, tasks
from sync.webhook import webhooks


def work(seconds: float) -> None:
    """What waits, as `sync.tick` finds it, until nothing is due or the seconds are over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        tasks.tick()
        under_way = Run.objects.filter(
            state__in=(RunState.WAITING, RunState.RUNNING), due__lte=timezone.now()
        )
        if not (sweep.due_pushes() or sweep.due_drains() or under_way.exists()):
            return
        time.sleep(0.02)


def work_by_few(seconds: float) -> None:
    """The same, with polls of many pages."""
    polls.BATCH = 5
    work(seconds)


def make_sprints(seconds: float) -> None:
    """“Create sprints”, of every team, for what tests.soak.provoking has planned."""
    person = User.objects.earliest("pk")
    for team in Team.objects.exclude(project=None).select_related("project__connection"):
        planned = [one for one in new_sprints.lacking(team) if one.name.startswith("Made ")]
        new_sprints.make(team, planned, actor=person)


def make_versions(seconds: float) -> None:
    """“Make a version in Jira”, of every project, one more each time."""
    person = User.objects.earliest("pk")
    for project in MappedProject.objects.select_related("connection"):
        if "fix_versions" in project.field_map:
            new_releases.make(project, f"Made {uuid.uuid4().hex[:8]}", actor=person)


def decide(seconds: float) -> None:
    """“They were deleted”, for all that is held."""
    person = User.objects.earliest("pk")
    for row in Brake.objects.filter(decided=None):
        mass_deletion_guard.decide(row.pk, "delete", actor=person)


def take_webhook_out(seconds: float) -> None:
    for connection in Connection.objects.exclude(webhook_id=""):
        webhooks.remove(connection)


JOBS: Final[Mapping[str, Callable[[float], None]]] = {
    "work": work,
    "work_by_few": work_by_few,
    "make_sprints": make_sprints,
    "make_versions": make_versions,
    "decide": decide,
    "take_webhook_out": take_webhook_out,
}
