"""One message a connection and kind is on its way, however much waits and however long nobody comes."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import redis
from celery import Celery, current_app
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from almconnect.lib import bulk_rows, enqueue
from planning.models import Change, ChangeKind, WorkItem
from sync.models import Delivery
from sync.schedule import sweep, tasks
from tests.sync.test_few_rows_looked_at import _left
from tests.sync.world import World

Hints = list[tuple[str, tuple[Any, ...]]]
pytestmark = pytest.mark.django_db(transaction=True)


def deliver(world: World, many: int, **fields: Any) -> None:
    bulk_rows.insert(
        [
            Delivery(connection=world.connection, identity=uuid.uuid4().hex, event="jira:issue_updated",
                     issue_id=str(n), body=b"{}", **fields)
            for n in range(many)
        ]
    )  # fmt: skip


def change(world: World, many: int, **fields: Any) -> None:
    item = WorkItem.objects.filter(project=world.project)[0]
    bulk_rows.insert(
        [
            Change(
                project=world.project, item=item, kind=ChangeKind.EDIT, fields=["summary"], **fields
            )
            for _ in range(many)
        ]
    )


def waiting(client: redis.Redis) -> Counter[str]:
    """Task → messages that wait in the broker."""
    found = [one for queue in ("outbound", "inbound", "bulk", "interactive")
             for one in client.lrange(queue, 0, -1)]  # fmt: skip
    return Counter(json.loads(one)["headers"]["task"] for one in found)


@pytest.fixture
def broker(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Hints go to a real Redis, and the worker's hooks find it too."""
    monkeypatch.setattr(current_app.conf, "broker_url", redis_url)
    with Celery("wakeups", broker=redis_url, set_as_current=False) as app:
        monkeypatch.setattr(enqueue, "_quick_connection", lambda _: app.connection_for_write())
        with redis.Redis.from_url(redis_url) as client:
            yield client


def test_a_connection_is_woken_once_however_many_rows_wait(world: World, hints: Hints) -> None:
    deliver(world, 29)
    change(world, 50)
    hints.clear()
    enqueue.of_this_process.reset()
    tasks.tick()
    sent = Counter(name for name, _ in hints)
    assert sent["sync.push"] == 1
    assert sent["sync.drain"] == 1


@pytest.mark.redis
def test_ten_minutes_without_workers_leave_one_message_of_each(world: World, broker: Any) -> None:
    for _minute in range(10):
        deliver(world, 1)
        change(world, 1)
        for _ in range(30):
            sweep.MappedProject.objects.update(poll_due=timezone.now())
            tasks.tick()
    found = waiting(broker)
    assert found["sync.push"] == found["sync.drain"] == found["sync.poll"] == 1
    assert max(found.values()) == 1


@pytest.mark.redis
def test_the_next_message_leaves_when_the_work_has_ended(world: World, broker: Any) -> None:
    key = str(world.connection.pk)
    enqueue.enqueue(tasks.push, key)
    assert waiting(broker)["sync.push"] == 1
    broker.hset("unacked", "tag", broker.rpop("outbound"))  # a worker has it in hand
    begun = enqueue.begin(tasks.push, (key,))
    enqueue.enqueue(tasks.push, key)  # an edit, saved while the worker is at it
    assert waiting(broker)["sync.push"] == 0
    enqueue.end(tasks.push, (key,), begun)
    assert waiting(broker)["sync.push"] == 1
    begun = enqueue.begin(tasks.push, (key,))
    enqueue.end(tasks.push, (key,), begun)
    enqueue.enqueue(tasks.push, key)
    assert waiting(broker)["sync.push"] == 2


@pytest.mark.redis
def test_a_purged_queue_is_filled_again(world: World, broker: Any) -> None:
    key = str(world.connection.pk)
    enqueue.enqueue(tasks.push, key)
    broker.delete("outbound")
    enqueue.enqueue(tasks.push, key)
    assert waiting(broker)["sync.push"] == 1


@pytest.mark.redis
def test_a_message_that_comes_twice_frees_nobody_elses_place(world: World, broker: Any) -> None:
    key = str(world.connection.pk)
    enqueue.enqueue(tasks.push, key)
    first = enqueue.begin(tasks.push, (key,))
    enqueue.end(tasks.push, (key,), first)
    second = enqueue.begin(tasks.push, (key,))  # delivered again after its run had ended
    enqueue.enqueue(tasks.push, key)
    enqueue.end(tasks.push, (key,), second)
    enqueue.enqueue(tasks.push, key)
    assert waiting(broker)["sync.push"] == 2  # the first, which nobody took from the list, and one


def test_one_tick_at_a_time(world: World, hints: Hints) -> None:
    change(world, 1)
    hints.clear()
    enqueue.of_this_process.reset()
    held = tasks.claim("tick", 60)
    assert held is not None
    tasks.tick()
    assert hints == []
    held.release()
    tasks.tick()
    assert ("sync.push", (str(world.connection.pk),)) in hints


def test_a_tick_costs_the_same_for_one_row_and_for_thousands(world: World) -> None:
    """Queries as many, and none of them reads what waits for later, or all that is due."""

    def looked() -> list[str]:
        with CaptureQueriesContext(database) as seen:
            assert sweep.due_pushes() == sweep.due_drains() == [str(world.connection.pk)]
        return [one["sql"] for one in seen]

    deliver(world, 1)
    change(world, 1)
    few = looked()
    Delivery.objects.all().delete()
    deliver(world, 3000)
    change(world, 3000)
    later = timezone.now() + timedelta(hours=1)
    Delivery.objects.filter(pk__gt=Delivery.objects.earliest("pk").pk + 10).update(due=later)
    Change.objects.filter(pk__gt=Change.objects.earliest("pk").pk + 10).update(due=later)
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute("ANALYZE")
    many = looked()
    assert len(many) == len(few) == 2
    for sql in many:
        assert _left(sql) == 0, sql
        if database.vendor == "sqlite":
            with database.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
                plan = " ".join(str(row[-1]) for row in cursor.fetchall())
            assert "due<?" in plan, plan
