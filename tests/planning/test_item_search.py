"""Searching among many items: the latest changed first, by indexes, exact, and honest about its bounds."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from almconnect.lib import bulk_rows
from planning import item_search
from planning.filters import ItemFilter
from planning.models import WorkItem

pytestmark = pytest.mark.django_db
only_postgres = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="PostgreSQL alone looks through the latest first"
)
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def write(*summaries: str, each_later: int = 1) -> None:
    """The first summary is the oldest."""
    bulk_rows.insert([
        bulk_rows.make(WorkItem, {
            "type": "Story", "summary": words, "remote_key": f"K-{n}",
            "updated": START + datetime.timedelta(seconds=n * each_later),
        })
        for n, words in enumerate(summaries)
    ])  # fmt: skip


def search(words: str, number: int = 3) -> item_search.Found:
    live = WorkItem.objects.live()
    rows = ItemFilter({"q": words}, projects=[]).narrow(live)
    return item_search.latest(rows, number, among=live, words=words)


@pytest.fixture
def ten_latest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_search, "LATEST", 10)


@pytest.mark.usefixtures("ten_latest")
def test_old_and_new_matches_come_by_their_change() -> None:
    write("red 0", "blue 1", "red 2", *(f"green {n}" for n in range(3, 40)), "red 40")
    assert [item.summary for item in search("red").items] == ["red 40", "red 2", "red 0"]
    assert [item.summary for item in search("red", 2).items] == ["red 40", "red 2"]
    assert [item.summary for item in search("K-1").items] == ["blue 1"]
    assert search("purple").items == []


@only_postgres
@pytest.mark.usefixtures("ten_latest")
def test_what_the_latest_hold_asks_no_further() -> None:
    write(*(f"red {n}" for n in range(40)))
    with CaptureQueriesContext(connection) as seen:
        assert [item.summary for item in search("red").items] == ["red 39", "red 38", "red 37"]
    assert sum("planning_workitem" in query["sql"] for query in seen) == 2


@only_postgres
@pytest.mark.usefixtures("ten_latest")
def test_old_words_are_found_by_their_index_and_not_by_reading_all_changes() -> None:
    write(*(f"{'red' if n < 800 else 'green'} {n}" for n in range(20_000)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('item_by_words')")  # as a vacuum does
        cursor.execute("ANALYZE planning_workitem")
    with CaptureQueriesContext(connection) as seen:
        assert [item.summary for item in search("red").items] == ["red 799", "red 798", "red 797"]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + seen[-2]["sql"])
        plan = "\n".join(row for (row,) in cursor.fetchall())
    assert "item_by_words" in plan
    assert "item_by_update" not in plan


@only_postgres
@pytest.mark.usefixtures("ten_latest")
def test_the_page_says_how_far_a_short_word_was_looked_for_and_goes_on(
    viewer: User, client_of: Callable[..., Client]
) -> None:
    write("qx 0", *(f"green {n}" for n in range(1, 15)))
    page = client_of(viewer)
    first = page.get(reverse("planning:list"), {"q": "qx"})
    assert first.context["until"] == START + datetime.timedelta(seconds=4)
    assert "changed since 1 January 2026, 00:00 were looked through" in first.text
    assert "No work item is like this" not in first.text
    second = page.get(reverse("planning:list") + first.context["older"])
    assert [item.summary for item in second.context["items"]] == ["qx 0"]
    assert (second.context["until"], second.context["older"]) == (None, "")


def test_a_short_word_in_few_items_is_looked_for_in_all_of_them(
    viewer: User, client_of: Callable[..., Client]
) -> None:
    write("qx 0", *(f"green {n}" for n in range(1, 15)))
    page = client_of(viewer).get(reverse("planning:list"), {"q": "qx"})
    assert [item.summary for item in page.context["items"]] == ["qx 0"]
    assert page.context["until"] is None


@only_postgres
@pytest.mark.parametrize(
    ("asked", "index"),
    [({"type": "epic"}, "item_by_any_type"), ({"state": "parked"}, "item_by_trouble")],
)
def test_rare_types_and_states_are_found_by_an_index(asked: dict[str, str], index: str) -> None:
    bulk_rows.insert([
        bulk_rows.make(WorkItem, {"type": "Story", "summary": f"{n}", "sync_state": "synced"})
        for n in range(5000)
    ])  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE planning_workitem")
    rows = ItemFilter(asked, projects=[]).narrow(WorkItem.objects.live())
    assert index in rows.order_by("-updated", "-pk")[:101].explain()
