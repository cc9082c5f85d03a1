"""A list that does not end is an error with a name, in every way in which Jira hands out pages."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from jira_client.diagnosis import explain
from jira_client.errors import PagesRepeat
from outgoing.wire import WireRequest, WireResponse
from tests.jira_client.servers import CLOUD, DATA_CENTER, answer, scripted


def tokens(order: Iterator[str], *, empty: bool = False) -> Any:
    number = itertools.count(1)

    def search(request: WireRequest) -> WireResponse:
        id = str(next(number))
        rows = [] if empty else [{"id": id, "key": f"A-{id}", "fields": {}}]
        return answer({"issues": rows, "nextPageToken": next(order), "isLast": False})

    return search


@pytest.mark.parametrize("circle", ["A", "AB", "ABC"])
def test_a_token_that_comes_twice_ends_it(circle: str) -> None:
    client, transport = scripted(CLOUD, tokens(itertools.cycle(circle)))
    with pytest.raises(PagesRepeat) as caught:
        list(client.search.all("project = A", ("id",)))
    assert len(transport.sent) <= len(circle) + 2
    assert explain(caught.value).code == "pages_repeat"


@pytest.mark.parametrize("circle", ["A", "AB", "ABC"])
def test_so_it_does_where_the_place_is_kept_between(circle: str) -> None:
    """The place goes through the database as JSON: another process goes on from it."""
    client, transport = scripted(CLOUD, tokens(itertools.cycle(circle)))

    def walk() -> None:
        after: Any = None
        for _ in range(50):
            _ids, after = client.search.ids_page("project = A", json.loads(json.dumps(after)))

    with pytest.raises(PagesRepeat):
        walk()
    assert len(transport.sent) <= len(circle) + 2


def test_a_place_of_an_earlier_version_still_leads_on() -> None:
    client, transport = scripted(CLOUD, answer({"issues": [], "isLast": True}))
    assert client.search.ids_page("project = A", "token-of-before") == ([], None)
    assert transport.bodies()[0]["nextPageToken"] == "token-of-before"


def test_ever_new_tokens_that_bring_nothing_end_too() -> None:
    order = (f"t{number}" for number in itertools.count())
    client, transport = scripted(CLOUD, tokens(order, empty=True))
    with pytest.raises(PagesRepeat):
        list(client.search.all("project = A", ("id",)))
    assert len(transport.sent) < 200


def test_a_jira_that_lists_what_it_was_not_asked_for() -> None:
    """Two pages in turn, whatever stands in the query: the walk by ids would go on for ever."""
    turns = itertools.cycle([range(1, 4), range(4, 7)])

    def search(request: WireRequest) -> WireResponse:
        rows = [{"id": str(n), "key": f"A-{n}", "fields": {}} for n in next(turns)]
        return answer({"issues": rows, "total": 6, "startAt": 0})

    client, transport = scripted(DATA_CENTER, search)
    with pytest.raises(PagesRepeat):
        list(client.search.all("project = A", ("id",)))
    assert len(transport.sent) == 3


def test_a_list_that_knows_no_offset() -> None:
    same = answer({"values": [{"id": 1, "name": "One", "type": "scrum"}], "isLast": False})
    client, transport = scripted(CLOUD, same)
    with pytest.raises(PagesRepeat):
        client.boards.list()
    assert len(transport.sent) == 2
