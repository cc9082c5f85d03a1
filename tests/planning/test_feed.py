"""The change feed: in order, without gaps, and awake when something happens."""

from __future__ import annotations

import datetime
import threading
import uuid
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from planning import feed
from planning.item_editing import edit_item
from planning.models import BoardEvent, WorkItem
from tests.callers import ApiCaller


def tell_one() -> None:
    feed.tell([feed.event("item.updated", uuid.uuid4(), 1, ["summary"], "jira")])


def in_thread(work: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_followers_read_on_from_their_cursor(
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
    viewer: User,
    make_item: Callable[..., WorkItem],
) -> None:
    caller, item = api(token_of(viewer)), make_item()
    first = orjson.loads(caller.get("/changes?limit=1").content)
    assert [(e["kind"], e["item"]) for e in first["items"]] == [("item.created", str(item.pk))]
    edit_item(item.pk, actor=None, values={"summary": "Doors"})
    with transaction.atomic():
        tell_one()
    then = orjson.loads(caller.get(f"/changes?cursor={first['next']}").content)
    assert [(e["version"], e["origin"]) for e in then["items"]] == [(2, "board"), (1, "jira")]
    assert then["items"][0]["fields"] == ["summary"]
    still = orjson.loads(caller.get(f"/changes?cursor={then['next']}").content)
    assert (still["items"], still["next"]) == ([], then["next"])
    assert orjson.loads(caller.get("/changes?cursor=now").content)["next"] == then["next"]
    for query in ("cursor=x", "cursor=WyJhIl0"):
        assert caller.get(f"/changes?{query}").status_code == 400, query
    assert caller.get("/changes?wait=soon").status_code == 422


def test_a_follower_who_slept_too_long_is_told(
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
    viewer: User,
    make_item: Callable[..., WorkItem],
) -> None:
    caller = api(token_of(viewer))
    for number in range(4):
        make_item(f"Item {number}")
    first, second, *_rest = BoardEvent.objects.order_by("id")
    cursors = [
        orjson.loads(caller.get(f"/changes?limit={limit}").content)["next"] for limit in (1, 2)
    ]
    long_ago = timezone.now() - datetime.timedelta(days=90)
    BoardEvent.objects.filter(id__lte=second.pk).update(at=long_ago)
    assert feed.forget(timezone.now() - datetime.timedelta(days=30)) == 2
    assert feed.oldest() == second.pk + 1
    late = caller.get(f"/changes?cursor={cursors[0]}")
    assert (late.status_code, orjson.loads(late.content)["error"]["code"]) == (
        409,
        "cursor_expired",
    )
    for query in ("", f"?cursor={cursors[1]}"):
        assert len(orjson.loads(caller.get(f"/changes{query}").content)["items"]) == 2
    assert feed.forget(timezone.now() + datetime.timedelta(days=1)) == 1
    assert feed.latest() > first.pk


@pytest.mark.django_db(transaction=True)
def test_a_follower_wakes_up_when_something_happens() -> None:
    after = feed.latest()
    found: list[list[BoardEvent]] = []
    follower = in_thread(lambda: found.append(feed.follow(after, wait=20)))
    with transaction.atomic():
        tell_one()
    follower.join(10)
    assert [len(events) for events in found] == [1]


def test_events_are_told_in_the_transaction_of_their_change() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        tell_one()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_no_event_appears_behind_one_that_was_seen(on_postgres: None) -> None:
    """The slow teller has its number first; the quick one must not be seen before it commits."""
    told, release = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            tell_one()
            told.set()
            assert release.wait(20)

    def quick() -> None:
        with transaction.atomic():
            tell_one()

    first = in_thread(slow)
    assert told.wait(20)
    second = in_thread(quick)
    second.join(0.5)
    assert second.is_alive(), "the second teller did not wait for its turn"
    assert feed.read(0) == []
    release.set()
    first.join(20)
    second.join(20)
    ids: list[Any] = [event.pk for event in feed.read(0)]
    assert len(ids) == 2
    assert ids == sorted(ids)
