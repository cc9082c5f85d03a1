"""Many rows in one call: each has its own result, in order, at a constant number of queries."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning.item_editing import edit_many
from planning.models import BoardEvent, Change, Iteration, Team, WorkItem
from tests.callers import ApiCaller


def test_each_row_has_its_own_result(
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
    rte: User,
    project: MappedProject,
    make_item: Callable[..., WorkItem],
) -> None:
    item = make_item()
    rows = [
        {"project": str(project.pk), "type": "Story", "summary": "New"},
        {"id": str(item.pk), "version": 1, "summary": "Doors"},
        {"id": str(item.pk), "version": 1, "summary": "Wheels"},
        {"id": str(uuid.uuid4()), "summary": "Nobody"},
        {"project": str(project.pk), "type": "Story", "summary": "", "colour": 1},
    ]
    response = api(token_of(rte)).post("/items/bulk", {"items": rows})
    assert response.status_code == 200
    results = orjson.loads(response.content)["items"]
    assert results[0]["item"]["summary"] == "New"
    assert results[1]["id"] == str(item.pk)
    assert results[1]["item"]["version"] == 2
    codes = [result["error"]["code"] for result in results[2:]]
    assert codes == ["stale", "not_found", "invalid"]
    assert set(results[4]["error"]["fields"]) == {"summary", "colour"}
    item.refresh_from_db()
    assert item.summary == "Doors"
    assert Change.objects.count() == BoardEvent.objects.count() == 3


def test_more_than_five_hundred_rows_are_refused(db: None) -> None:
    with pytest.raises(Refused, match="At most 500"):
        edit_many([{}] * 501, actor=None)


def test_queries_do_not_grow_with_the_rows(
    project: MappedProject,
    team: Team,
    iterations: list[Iteration],
    make_item: Callable[..., WorkItem],
) -> None:
    parent = make_item("Top")
    new = [
        {
            "project": str(project.pk),
            "type": "Story",
            "summary": f"Item {number}",
            "team": str(team.pk),
            "iteration": str(iterations[number % 3].pk),
            "parent": str(parent.pk),
        }
        for number in range(20)
    ]
    counts = []
    for rows in (new[:2], new[:20]):  # SQLite takes some 30 rows in one statement
        with CaptureQueriesContext(connection) as seen:
            made = edit_many(rows, actor=None)
        assert not any(isinstance(result, Refused) for result in made)
        counts.append(len(seen))
        edits = [{"id": item.pk, "status": "Done"} for item in made if isinstance(item, WorkItem)]
        with CaptureQueriesContext(connection) as seen:
            edit_many(edits, actor=None)
        counts.append(len(seen))
    assert counts[0] == counts[2], "creates"
    assert counts[1] == counts[3], "edits"
    assert max(counts) <= 16
