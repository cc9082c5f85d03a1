"""On PostgreSQL: workers that meet at the same rows wait for each other, and none is ended for it.

Each test holds what one side holds, lets the other begin until it waits (or is done), and goes on. In
another order of locks PostgreSQL would end one of the two.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from connections.access.gateway import jira_for
from jira_client.errors import AnswerLost
from planning.models import Change, WorkItem
from sync.core.edit_result import EditResult
from sync.core.mapping import OPERATION_PROPERTY
from sync.inbound import pull
from sync.models import Shadow
from sync.outbound import edits, issue_creates
from sync.outbound.edit_plans import EditPlan
from sync.outbox import change_queue
from sync.pairs.rules import rules_of
from sync.worker.lease import claim
from sync.worker.work_slot import Shift
from tests.sync.world import World

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


class Other:
    """Work in another thread, and so in another connection to the database."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.problem: BaseException | None = None
        self.pid: int | None = None
        self._work = work
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            with database.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self.pid = cursor.fetchone()[0]
            self._work()
        except BaseException as problem:  # noqa: BLE001  (told to the test)
            self.problem = problem
        finally:
            database.close()

    def until_it_waits(self) -> None:
        """Until it waits for a lock, or is done."""
        ends = time.monotonic() + 30
        while self._thread.is_alive() and not self._waits():
            assert time.monotonic() < ends
            time.sleep(0.01)

    def _waits(self) -> bool:
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s", [self.pid]
            )
            row = cursor.fetchone()
        return bool(row and row[0])

    def done(self) -> None:
        self._thread.join(60)
        assert not self._thread.is_alive()
        assert self.problem is None


@pytest.fixture
def two(world: World) -> tuple[WorkItem, WorkItem]:
    first, second = WorkItem.objects.filter(project=world.project, deleted=None).order_by("pk")[:2]
    return first, second


def shift_of(name: str) -> Shift:
    held = claim(name)
    assert held is not None
    return Shift(held, time.monotonic() + 60)


def test_an_own_create_is_locked_with_the_others(
    on_postgres: None, world: World, two: tuple[WorkItem, WorkItem]
) -> None:
    """A read brings a known issue and one that is our own create; an edit of both is under way."""
    _first, known = two
    mine = WorkItem.objects.create(
        id="00000000-0000-4000-8000-000000000000",  # before all others
        project=world.project,
        type="Story",
        summary="our own",
    )
    change = Change.objects.create(project=world.project, item=mine, kind="create", state="sending")
    key = world.create_issue("our own")
    issue = world.handle.site.keys[key]
    issue.properties[OPERATION_PROPERTY] = {"operation": str(change.operation)}
    jira = jira_for(world.connection)
    read = jira.issues.fetch(
        [known.remote_id, str(issue.id)], rules_of(world.project).read_fields, (OPERATION_PROPERTY,)
    )
    with transaction.atomic():
        WorkItem.objects.select_for_update(no_key=True).get(pk=mine.pk)
        other = Other(
            lambda: pull.apply(world.project, read.issues, began=timezone.now(), asked=True)
        )
        other.until_it_waits()
        WorkItem.objects.select_for_update(no_key=True).get(pk=known.pk)
    other.done()
    assert Shadow.objects.get(item=mine).remote_key == key


def test_a_failed_create_is_noted_while_its_item_is_locked(
    on_postgres: None, world: World, two: tuple[WorkItem, WorkItem]
) -> None:
    item = world.create("lost")
    change = Change.objects.select_related("item").get(item=item)
    shift = shift_of("push:test")
    with transaction.atomic():
        list(WorkItem.objects.filter(pk__in=[item.pk, two[0].pk]).locked())
        other = Other(
            lambda: issue_creates._failed(
                world.connection, [change], AnswerLost("Lost.", outcome_unknown=True), shift
            )
        )
        other.until_it_waits()
        Change.objects.filter(pk=change.pk).update(message="seen by the read")
    other.done()
    change.refresh_from_db()
    assert change.state == "looking"


def test_a_refused_edit_is_settled_while_its_issue_is_read(
    on_postgres: None, world: World, two: tuple[WorkItem, WorkItem]
) -> None:
    """Nothing of it was written, so that nothing was read of it either: its pair is parked all the same."""
    item = two[0]
    world.edit(item, story_points=99)
    change = Change.objects.select_related("item").get(item=item)
    shadow = Shadow.objects.select_related("item").get(item=item)
    plan = EditPlan(shadow, (change,))
    results = {item.pk: EditResult(refused={"story_points": "No."})}
    shift = shift_of("push:test")

    def settle() -> None:
        edits._read_back(
            world.connection, jira_for(world.connection), world.project, rules_of(world.project), [plan],
            results, shift)  # fmt: skip

    issue = world.handle.site.keys[item.remote_key]
    read = jira_for(world.connection).issues.fetch(
        [str(issue.id)], rules_of(world.project).read_fields
    )
    with transaction.atomic():
        list(WorkItem.objects.filter(pk=item.pk).locked())
        other = Other(settle)
        other.until_it_waits()
        pull.apply(world.project, read.issues, began=timezone.now())
    other.done()
    change.refresh_from_db()
    assert change.state == "parked"


def test_what_is_queued_for_an_item_waits_for_its_reader(
    on_postgres: None, world: World, two: tuple[WorkItem, WorkItem]
) -> None:
    item = two[0]
    Shadow.objects.filter(item=item).update(
        parked={"iteration": "Kept on the board only: no sprint."}
    )
    with transaction.atomic():
        list(WorkItem.objects.filter(pk=item.pk).locked())
        other = Other(lambda: change_queue.ensure(world.project, {item.pk: {"iteration": None}}))
        other.until_it_waits()
        list(Shadow.objects.filter(item=item).locked())
    other.done()
