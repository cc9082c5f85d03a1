"""Hundreds of words as one parameter find the rows that `IN` finds, on either database."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from almconnect.lib.in_array import in_array
from planning.models import WorkItem

pytestmark = pytest.mark.django_db
ODD = ["K-1", "", "it's", '"two" {words}', "50%", "back\\slash", "NULL", "é✓"]


@pytest.fixture
def items() -> None:
    WorkItem.objects.bulk_create(WorkItem(type="Story", summary="s", remote_key=k) for k in ODD)


@pytest.mark.usefixtures("items")
@pytest.mark.parametrize("words", [*([odd] for odd in ODD), ODD, ["K-1", "K-2"], ["none"], []])
def test_it_finds_what_in_finds(words: list[str]) -> None:
    found = WorkItem.objects.filter(in_array("remote_key", words))
    plain = WorkItem.objects.filter(remote_key__in=words)
    assert sorted(found.values_list("pk")) == sorted(plain.values_list("pk"))
    assert found.exclude(type="Story").count() == 0


def test_no_words_ask_nothing_and_many_are_one_parameter() -> None:
    with CaptureQueriesContext(connection) as seen:
        assert not list(WorkItem.objects.filter(in_array("remote_key", [])))
    assert not seen.captured_queries
    words = (f"K-{n}" for n in range(40_000))  # more than either database takes parameters
    assert not WorkItem.objects.filter(in_array("remote_key", words)).exists()
