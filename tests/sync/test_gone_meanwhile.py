"""A connection is deleted, or a project unmapped, while workers are at it: no error, and no 500."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection as database
from structlog.testing import capture_logs

from connections.models import Connection, MappedProject
from connections.setup import deletion
from planning.models import Change, WorkItem
from sync.inbound import drain, polls
from sync.mapping import project_mapping
from sync.models import Run
from sync.outbound import send_changes
from sync.runs import project_runs
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def begin(world: World, work: str) -> Callable[[], object]:
    """A piece of work that is under way, as its worker does it."""
    if work == "run":
        run = project_runs.request(world.project, "import")
        return lambda: project_runs.work(run.pk)
    if work == "reconcile":
        run = project_runs.request(world.project, "reconcile")
        return lambda: project_runs.work(run.pk)
    if work == "push":
        first, second = WorkItem.objects.filter(project=world.project).order_by("pk")[:2]
        world.edit(first, summary="edited")
        world.create("created")
        world.link(first, second)
        return lambda: send_changes.send_slice(world.connection.pk)
    key = world.create_issue("new in Jira")
    if work == "poll":
        return lambda: polls.poll(world.project.pk)
    issue = {"id": str(world.handle.site.keys[key].id), "key": key,
             "fields": {"project": {"id": world.project.remote_id}}}  # fmt: skip
    world.hook({"webhookEvent": "jira:issue_created", "timestamp": 1, "issue": issue})
    return lambda: drain.drain(world.connection.pk)


PLACES = [
    ("run", "run.listed"), ("run", "run.started"), ("run", "run.read"), ("run", "pull.applied"),
    ("run", "run.applied"), ("run", "run.settled"), ("run", "run.judged"),
    ("reconcile", "run.read"), ("reconcile", "run.judged"),
    ("push", "create.claimed"), ("push", "create.sent"), ("push", "create.pairing"),
    ("push", "edit.claimed"), ("push", "edit.written"), ("push", "edit.read_back"),
    ("push", "link.drawn"), ("poll", "poll.read"), ("poll", "poll.applied"),
    ("drain", "drain.read"), ("drain", "drain.applied"), ("drain", "drain.judged"),
]  # fmt: skip


@pytest.mark.parametrize(("work", "place"), PLACES)
@pytest.mark.parametrize("goes", ["connection", "project"])
def test_the_work_ends_quietly(
    world: World, when_at: Any, work: str, place: str, goes: str
) -> None:
    do = begin(world, work)
    if goes == "connection":
        when_at(place, lambda: deletion.delete(world.connection, actor=world.person))
    else:
        when_at(place, lambda: project_mapping.unmap(world.project, actor=world.person))
    with capture_logs() as said:
        more = do()
    assert goes == "project" or not more
    assert not MappedProject.objects.filter(pk=world.project.pk).exists(), "the place was passed by"
    assert [one for one in said if one["log_level"] in ("error", "critical")] == []
    assert WorkItem.objects.filter(deleted=None).exists()
    assert not Run.objects.exists()
    assert not Change.objects.exists()


def test_a_fault_of_our_own_is_still_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import IntegrityError

    do = begin(world, "poll")

    def fail(*_: object) -> None:
        raise IntegrityError("a fault of our own")

    monkeypatch.setattr("sync.inbound.polls.sprint_placement.place", fail)
    with pytest.raises(IntegrityError):
        do()


@pytest.mark.postgres
@pytest.mark.parametrize("goes", ["connection", "project"])
def test_on_postgres_both_sides_go_on_at_once(on_postgres: None, world: World, goes: str) -> None:
    """The worker keeps writing rows that point at what is being deleted."""
    world.control("POST", "issues", project="FALCON", count=300)
    run = project_runs.request(world.project, "import")
    problems: list[BaseException] = []
    begun = threading.Event()

    def work() -> None:
        try:
            while Run.objects.filter(pk=run.pk).exists():
                begun.set()
                project_runs.work(run.pk)
                Run.objects.filter(pk=run.pk).update(state="waiting", started=None, cursor={})
        except BaseException as problem:  # noqa: BLE001  (told to the test)
            problems.append(problem)
        finally:
            database.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    with capture_logs() as said:
        for thread in threads:
            thread.start()
        assert begun.wait(30)
        time.sleep(0.3)
        if goes == "connection":
            deletion.delete(world.connection, actor=world.person)
        else:
            project_mapping.unmap(world.project, actor=world.person)
        for thread in threads:
            thread.join(60)
    assert problems == []
    assert [one for one in said if one["log_level"] == "error"] == []
    assert Connection.objects.filter(pk=world.connection.pk).exists() == (goes == "project")
