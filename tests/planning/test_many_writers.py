"""Many people at once on PostgreSQL: no lost edit, no deadlock, and a follower that misses nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning import feed
from planning.item_editing import create_item, edit_item, edit_many
from planning.models import BoardEvent, WorkItem

WRITERS, ROUNDS = 4, 12


def run_all(*works: Callable[[], None]) -> list[BaseException]:
    problems: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as problem:  # noqa: BLE001  (told to the test, below)
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return problems


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_follower_sees_every_event_once_and_in_order(
    on_postgres: None, project: MappedProject
) -> None:
    items = [
        create_item(actor=None, project=project, type="Story", summary=f"Item {number}")
        for number in range(3)
    ]
    start, done = feed.latest(), threading.Event()
    seen: list[BoardEvent] = []

    def writer(number: int) -> None:
        for turn in range(ROUNDS):
            order = items if (number + turn) % 2 else items[::-1]
            rows = [{"id": item.pk, "summary": f"{number}.{turn}"} for item in order]
            assert not any(isinstance(r, Refused) for r in edit_many(rows, actor=None))

    def follower() -> None:
        while not (done.is_set() and not feed.read(seen[-1].pk if seen else start)):
            seen.extend(feed.follow(seen[-1].pk if seen else start, wait=1))

    following = threading.Thread(target=lambda: run_all(follower))
    following.start()
    problems = run_all(*(lambda n=number: writer(n) for number in range(WRITERS)))
    done.set()
    following.join(30)
    assert problems == []
    assert [event.pk for event in seen] == [event.pk for event in feed.read(start)]
    for item in items:
        versions = [event.version for event in seen if event.object_id == item.pk]
        assert versions == list(range(2, WRITERS * ROUNDS + 2))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_edit_one_version_one_is_told(on_postgres: None, project: MappedProject) -> None:
    item = create_item(actor=None, project=project, type="Story", summary="Brakes")
    together = threading.Barrier(WRITERS)
    outcomes: list[str] = []

    def edit(number: int) -> None:
        together.wait(20)
        try:
            edit_item(item.pk, actor=None, values={"summary": str(number)}, expected_version=1)
            outcomes.append("saved")
        except Refused as refusal:
            outcomes.append(refusal.code)

    assert run_all(*(lambda n=number: edit(n) for number in range(WRITERS))) == []
    assert sorted(outcomes) == ["saved", *["stale"] * (WRITERS - 1)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_hang_items_under_each_other_make_no_circle(
    on_postgres: None, project: MappedProject
) -> None:
    for _round in range(5):
        one, other = (
            create_item(actor=None, project=project, type="Story", summary=name) for name in "AB"
        )
        together = threading.Barrier(2)

        def hang(child: WorkItem, parent: WorkItem, together: threading.Barrier = together) -> None:
            together.wait(20)
            edit_item(child.pk, actor=None, values={"parent": parent.pk})

        problems = run_all(
            lambda a=one, b=other: hang(a, b),
            lambda a=one, b=other: hang(b, a),
        )
        assert [type(problem) for problem in problems] == [Refused]
        assert BoardEvent.objects.filter(object_id__in=[one.pk, other.pk], version=2).count() == 1
