"""Pages and lists cost the same number of queries for two work items as for thirty."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from connections.models import MappedProject
from planning.link_editing import add_link
from planning.models import Iteration, Team, WorkItem
from tests.callers import ApiCaller

Make = Callable[..., WorkItem]


def fill(make_item: Make, iterations: list[Iteration], count: int, **values: Any) -> None:
    made = [
        make_item(
            f"Item {number}",
            iteration=iterations[number % 3].pk if number % 4 else None,
            parent=None,
            assignee={"id": f"u{number}", "name": f"Person {number}"},
            **values,
        )
        for number in range(count)
    ]
    for one, other in itertools.pairwise(made):
        add_link(actor=None, source=one, target=other, type="blocks")


def queries(visit: Callable[[], Any]) -> int:
    visit()  # what is remembered for the whole process is not counted
    with CaptureQueriesContext(connection) as seen:
        assert visit().status_code == 200
    return len(seen)


@pytest.mark.parametrize(
    ("address", "most"),
    [("planning:board", 14), ("planning:cells", 14), ("planning:list", 9), ("planning:frame", 10)],
)
def test_pages(
    address: str,
    most: int,
    make_item: Make,
    map_project: Callable[..., MappedProject],
    team: Team,
    other_team: Team,
    iterations: list[Iteration],
    viewer: User,
    client_of: Callable[..., Client],
) -> None:
    client = client_of(viewer)
    fill(make_item, iterations, 2)
    fill(make_item, iterations, 2, project=map_project("ONE"), team=other_team.pk)
    few = queries(lambda: client.get(reverse(address)))
    fill(make_item, iterations, 28)
    fill(make_item, iterations, 5, project=map_project("TWO"), team=other_team.pk)
    assert queries(lambda: client.get(reverse(address))) == few
    assert few <= most


@pytest.mark.parametrize("path", ["/items", "/links", "/changes", "/iterations"])
def test_api_lists(
    path: str,
    make_item: Make,
    team: Team,
    iterations: list[Iteration],
    viewer: User,
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
) -> None:
    caller = api(token_of(viewer))
    fill(make_item, iterations, 2)
    few = queries(lambda: caller.get(path))
    fill(make_item, iterations, 20)
    for number in range(4, 9):
        Iteration.objects.create(pi=iterations[0].pi, index=number, name=str(number))
    assert queries(lambda: caller.get(path)) == few
    assert few <= 4


def test_looking_at_a_board_where_nothing_happened_is_cheap(
    make_item: Make, viewer: User, client_of: Callable[..., Client]
) -> None:
    make_item()
    client = client_of(viewer)
    after = client.get(reverse("planning:board")).context["newest"]
    address = f"{reverse('planning:cells')}?after={after}"
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 204
    assert len(seen) <= 3
    make_item("Another")
    assert "Another" in client.get(address).content.decode()
