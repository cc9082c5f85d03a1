"""`/items`: the shapes, words and refusals that external boards rely on."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from accounts.models import User
from connections.models import MappedProject
from planning.models import WorkItem
from tests.callers import ApiCaller


@pytest.fixture
def board(api: Callable[..., ApiCaller], token_of: Callable[..., str], rte: User) -> ApiCaller:
    return api(token_of(rte))


def body(response: Any) -> Any:
    return orjson.loads(response.content)


def test_a_created_item_answers_every_field(board: ApiCaller, project: MappedProject) -> None:
    sent = {"project": str(project.pk), "type": "Feature", "summary": "Brakes", "labels": ["a"]}
    made = board.post("/items", {**sent, "assignee": {"id": "u1", "name": "Uma"}})
    assert made.status_code == 201, made.content
    item = body(made)
    assert made["ETag"] == '"1"'
    assert item["remote"] == {"id": None, "key": None, "url": None}
    assert item["sync"]["state"] == "waiting"
    assert item["assignee"] == {"id": "u1", "name": "Uma"}
    assert {name: item[name] for name in sent} == sent
    assert set(item) >= {
        *("id", "project", "type", "summary", "description", "status", "story_points", "wsjf"),
        *("assignee", "reporter", "labels", "priority", "parent", "team", "iteration", "rank"),
        *("remote", "sync", "created", "updated", "version"),
    }
    assert body(board.get(f"/items/{item['id']}")) == item


def test_an_edit_obeys_if_match(board: ApiCaller, make_item: Callable[..., WorkItem]) -> None:
    address = f"/items/{make_item().pk}"
    assert board.patch(address, {"summary": "Doors"}, If_Match='"1"')["ETag"] == '"2"'
    stale = board.patch(address, {"summary": "Wheels"}, If_Match='"1"')
    assert (stale.status_code, body(stale)["error"]["code"]) == (412, "stale")
    assert board.patch(address, {"summary": "W"}, If_Match="nonsense").status_code == 412
    assert board.delete(address, If_Match='"1"').status_code == 412
    WorkItem.objects.update(sync_state="parked")  # which is no edit, and must not be hidden
    current = board.get(address, If_None_Match='"2"')
    assert (current["ETag"], body(current)["sync"]["state"]) == ('"2"', "parked")
    assert board.delete(address).status_code == 204
    assert board.get(address).status_code == 404


@pytest.mark.parametrize("key", [str(uuid.uuid4()), "1", "a" * 40, "%00"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_foreign_or_malformed_id_is_not_found(board: ApiCaller, key: str, method: str) -> None:
    response = board.call(method, f"/items/{key}", {} if method == "PATCH" else None)
    assert response.status_code == 404
    assert body(response)["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"summary": ""}, "summary"),
        ({"summary": "two\nlines"}, "summary"),
        ({"summary": 7}, "summary"),
        ({"story_points": "3"}, "story_points"),
        ({"story_points": -1}, "story_points"),
        ({"status": "Never"}, "status"),
        ({"labels": ["two words"]}, "labels"),
        ({"parent": str(uuid.uuid4())}, "parent"),
        ({"iteration": "soon"}, "iteration"),
    ],
)
def test_what_cannot_be_stored_is_named(
    board: ApiCaller, make_item: Callable[..., WorkItem], sent: dict[str, Any], field: str
) -> None:
    item = make_item()
    response = board.patch(f"/items/{item.pk}", sent)
    assert response.status_code == 422, response.content
    assert list(body(response)["error"]["fields"]) == [field]
    item.refresh_from_db()
    assert item.version == 1


def test_lists_filter_and_page(
    board: ApiCaller, make_item: Callable[..., WorkItem], project: MappedProject
) -> None:
    items = [make_item(f"Item {number}") for number in range(5)]
    make_item("Alone", project=None, type="Risk")
    WorkItem.objects.filter(pk=items[0].pk).update(remote_key="ABC-1")
    seen: list[str] = []
    address = f"/items?project={project.pk}&limit=2"
    while address:
        answer = body(board.get(address))
        seen += [item["id"] for item in answer["items"]]
        cursor = answer["next"]
        address = f"/items?project={project.pk}&limit=2&cursor={cursor}" if cursor else ""
    assert sorted(seen) == sorted(str(item.pk) for item in items)
    for query, count in (
        *(
            ("key=abc-1", 1),
            ("q=alone", 1),
            ("project=none", 1),
            ("iteration=none", 6),
            ("type=risk", 1),
            ("q=ABC-1", 1),
        ),
        *((f"team={uuid.uuid4()}", 0), ("changed_since=2999-01-01T00:00:00Z", 0)),
    ):
        assert len(body(board.get(f"/items?{query}"))["items"]) == count, query
    for query in ("colour=red", "project=x", "changed_since=soon", "limit=0"):
        assert board.get(f"/items?{query}").status_code == 422, query
