"""Moving a card: by form, by dropping it, beside another; and ranks that always leave room."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from planning.card_moves import move_item
from planning.models import BoardEvent, Iteration, Team, WorkItem
from planning.rank import between, order_of

Make = Callable[..., WorkItem]
DROP = {"HX-Request": "true"}


def test_a_drop_answers_the_board(
    make_item: Make,
    team: Team,
    other_team: Team,
    iterations: list[Iteration],
    rte: User,
    client_of: Callable[..., Client],
) -> None:
    item, client = make_item(), client_of(rte)
    address = reverse("planning:move", args=[item.pk])
    sent = {"team": other_team.pk, "iteration": iterations[1].pk, "version": 1}
    dropped = client.post(f"{address}?pi={iterations[0].pi_id}", sent, headers=DROP)
    assert dropped.status_code == 200
    assert dropped.content.decode().lstrip().startswith('<section id="cells"')
    item.refresh_from_db()
    assert (item.team_id, item.iteration_id, item.version) == (other_team.pk, iterations[1].pk, 2)
    assert BoardEvent.objects.get(kind="item.updated").fields == ["iteration", "team"]
    stale = client.post(address, {**sent, "iteration": ""}, headers=DROP)
    assert "changed meanwhile" in stale.content.decode()
    item.refresh_from_db()
    assert item.iteration_id == iterations[1].pk


def test_the_form_works_without_javascript(
    make_item: Make,
    team: Team,
    iterations: list[Iteration],
    rte: User,
    client_of: Callable[..., Client],
) -> None:
    item, client = make_item(), client_of(rte)
    address, board = reverse("planning:move", args=[item.pk]), reverse("planning:board")
    sent = {"team": team.pk, "iteration": iterations[0].pk, "version": 1, "back": board}
    assert client.post(address, sent).headers["Location"] == board
    refused = client.post(address, {**sent, "team": "", "version": 2})
    assert refused.status_code == 422
    assert "choose the team" in refused.content.decode()
    for elsewhere in ("//evil.example", "https://evil.example/", "javascript:alert(1)"):
        left = client.post(address, {**sent, "version": 2, "back": elsewhere})
        assert left.headers["Location"] == board, elsewhere


def test_a_card_is_put_beside_another(make_item: Make) -> None:
    first, second, third = (
        make_item(name, rank=rank) for name, rank in zip("ABC", "bdf", strict=True)
    )
    move_item(third.pk, actor=None, before=second.pk)
    move_item(first.pk, actor=None, after=third.pk)
    order = sorted(WorkItem.objects.all(), key=order_of)
    assert [item.summary for item in order] == ["C", "A", "B"]


def test_there_is_always_room_between_two_ranks() -> None:
    """Jira's own ranks included; new ones stay short enough for their column."""
    ranks = ["0|hzzzzz:", "0|i0000f:", "0|i0000n:", "0|i0000n:i"]
    dice = random.Random(7)  # noqa: S311  (no secret: a reproducible shuffle)
    for _ in range(2000):
        place = dice.randrange(len(ranks) + 1)
        low = ranks[place - 1] if place else ""
        high = ranks[place] if place < len(ranks) else ""
        made = between(low, high)
        assert low < made
        assert not high or made < high
        ranks.insert(place, made)
    assert max(map(len, ranks)) < 100
    with pytest.raises(ValueError, match="not below"):
        between("b", "a")
