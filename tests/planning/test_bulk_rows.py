"""Rows that are written in bulk are the rows that `save` would have written."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from almconnect.lib import bulk_rows
from planning.models import BoardEvent, Iteration, Pi, WorkItem

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 25, 10, 0, 0, 123456, tzinfo=UTC)
ODD = 'tab\t newline\n back\\slash "quote" \\N \\. emoji 🚆 nothing'


def item(number: int, **values: Any) -> WorkItem:
    given: dict[str, Any] = {
        "type": "Story",
        "summary": f"{ODD}{number}"[:255].replace("\n", " "),
        "description": ODD,
        "story_points": 2.5,
        "labels": ["ä", ODD],
        "updated": AT,
        "created": AT,
        "sync_at": AT,
    }
    return WorkItem(**{**given, **values})


def as_dict(row: WorkItem) -> dict[str, Any]:
    fields = [one.name for one in WorkItem._meta.concrete_fields if one.name != "id"]
    return {**model_to_dict(row, fields), "created": row.created, "iteration": row.iteration_id}


@pytest.mark.parametrize("count", [1, 60])
def test_an_inserted_row_is_a_saved_row(count: int) -> None:
    iteration = Iteration.objects.create(pi=Pi.objects.create(name="PI"), index=1, name="1")
    plain = item(0, iteration=iteration)
    plain.save()
    bulk_rows.insert([item(0, iteration=iteration, id=uuid.uuid4()) for _ in range(count)])
    rows = list(WorkItem.objects.exclude(pk=plain.pk))
    assert len(rows) == count
    plain.refresh_from_db()
    assert all(as_dict(row) == as_dict(plain) for row in rows)


@pytest.mark.parametrize("count", [1, 60])
def test_an_updated_row_has_the_new_values_and_no_others(count: int) -> None:
    rows = [item(number) for number in range(count)]
    bulk_rows.insert(rows)
    for row in rows:
        row.summary, row.labels, row.story_points = "New", ["x"], None
        row.priority = "not written"
    bulk_rows.update(rows, ("summary", "labels", "story_points"))
    found = WorkItem.objects.all()
    assert {(one.summary, one.story_points, one.priority) for one in found} == {("New", None, "")}
    assert all(one.labels == ["x"] for one in found)


def test_a_made_row_is_one_that_its_class_would_have_made() -> None:
    made = bulk_rows.make(WorkItem, {"type": "Story", "summary": "Made", "created": AT})
    again = bulk_rows.make(WorkItem, {"type": "Story", "summary": "Made"})
    assert made.pk != again.pk
    assert made.labels is not again.labels
    built = WorkItem(type="Story", summary="Made", created=AT, updated=made.updated)
    assert as_dict(made) == as_dict(built)
    made.save()
    assert as_dict(WorkItem.objects.get(pk=made.pk)) == as_dict(made)
    with pytest.raises(TypeError, match="no column team"):
        bulk_rows.make(WorkItem, {"team": None})


def test_rows_with_numbers_of_their_own_get_them() -> None:
    events = [
        BoardEvent(kind="item.created", object_id=uuid.uuid4(), fields=["a"], origin="jira")
        for _ in range(3)
    ]
    bulk_rows.insert(events)
    ids = list(BoardEvent.objects.order_by("id").values_list("id", flat=True))
    assert len(set(ids)) == 3
    assert BoardEvent.objects.filter(fields=["a"]).count() == 3


def test_a_row_that_exists_is_refused_and_nothing_written() -> None:
    rows = [item(1), item(2)]
    bulk_rows.insert(rows[:1])
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk_rows.insert([rows[1], rows[0]])
    assert WorkItem.objects.count() == 1


def test_half_a_character_in_json_is_kept_as_django_keeps_it(on_sqlite: None) -> None:
    bulk_rows.insert([item(1, labels=["\ud83d"])])
    assert WorkItem.objects.get().labels == ["\ud83d"]


@pytest.fixture
def on_sqlite(db: None) -> None:
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL refuses half characters, however they are written")


def test_a_row_goes_in_once_and_only_while_another_is_what_it_was() -> None:
    names = ("name", "start")
    pi = Pi.objects.create(name="PI", start=AT.date())
    one, two = (Iteration(pi=pi, index=number, name=ODD[:20]) for number in (1, 2))
    assert bulk_rows.insert_while(one, pi, names)
    assert not bulk_rows.insert_while(one, pi, names)
    Pi.objects.update(name="Renamed")
    assert not bulk_rows.insert_while(two, pi, names)
    pi.refresh_from_db()
    assert bulk_rows.insert_while(two, pi, names)
    assert list(Iteration.objects.order_by("index").values_list("pk", "name", "pi")) == [
        (one.pk, ODD[:20], pi.pk), (two.pk, ODD[:20], pi.pk),
    ]  # fmt: skip


def test_a_row_that_is_gone_or_null_is_not_what_it_was() -> None:
    pi = Pi.objects.create(name="PI")
    assert not bulk_rows.insert_while(Iteration(pi=pi, index=1, name="1"), pi, ("start",))
    assert bulk_rows.insert_while(Iteration(pi=pi, index=1, name="1"), pi, ("name",))
    other = Pi(name="Never saved")
    assert not bulk_rows.insert_while(Iteration(pi=pi, index=2, name="2"), other, ("name",))


def test_values_that_are_equal_but_not_the_same_are_each_written() -> None:
    """0 equals False, and 1.0 equals 1: as JSON they differ."""
    bulk_rows.insert([item(1, labels=[0]), item(2, labels=[False])])
    rows = WorkItem.objects.order_by("summary").values_list("labels", flat=True)
    assert [type(labels[0]) for labels in rows] == [int, bool]
