"""Every page of the board opens for those who may, says what is there, and escapes what people typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from planning.link_editing import add_link
from planning.models import Iteration, Team, WorkItem

HOSTILE = '<script>alert("x")</script>'
Make = Callable[..., WorkItem]


@pytest.fixture
def board(
    make_item: Make, team: Team, other_team: Team, iterations: list[Iteration]
) -> dict[str, Any]:
    first = make_item(HOSTILE, iteration=iterations[0].pk, story_points=5, labels=["a"])
    second = make_item("Doors", iteration=iterations[0].pk, team=other_team.pk, parent=first.pk)
    make_item("Loose", project=None, type="Risk")
    add_link(actor=None, source=first, target=second, type="blocks")
    return {"item": first, "iteration": iterations[0], "team": team}


def addresses(board: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Page → its address and words it must show."""
    item, iteration, team = board["item"], board["iteration"], board["team"]
    return {
        "board": (reverse("planning:board"), "Same iteration"),
        "cells": (reverse("planning:cells"), "Loose"),
        "list": (reverse("planning:list"), "Doors"),
        "item": (reverse("planning:item", args=[item.pk]), "blocks"),
        "frame": (reverse("planning:frame"), "Iteration 3"),
        "new": (reverse("planning:new"), "ABC"),
        "move": (reverse("planning:move", args=[item.pk]), "PI 1"),
        "delete": (reverse("planning:delete", args=[item.pk]), "1 link goes with it"),
        "plan_pi": (reverse("planning:plan_pi"), "Weeks of an iteration"),
        "add_team": (reverse("planning:add_part", args=["team"]), "ART"),
        "edit_iteration": (
            reverse("planning:edit_part", args=["iteration", iteration.pk]),
            "Sprint of Red",
        ),
        "remove_team": (reverse("planning:remove_part", args=["team", team.pk]), "Red"),
    }


READING = ("board", "cells", "list", "item", "frame")


def test_pages_open_and_escape(
    board: dict[str, Any], rte: User, client_of: Callable[..., Client]
) -> None:
    client = client_of(rte)
    for name, (address, words) in addresses(board).items():
        response = client.get(address)
        text = response.content.decode()
        assert response.status_code == 200, name
        assert words in text, name
        assert HOSTILE not in text, name
        assert "style=" not in text, name


def test_a_viewer_reads_and_is_offered_nothing_else(
    board: dict[str, Any], viewer: User, client_of: Callable[..., Client]
) -> None:
    client = client_of(viewer)
    for name, (address, words) in addresses(board).items():
        response = client.get(address)
        assert response.status_code == (200 if name in READING else 403), name
        if name in READING:
            text = response.content.decode()
            assert words in text, name
            for never in ("/new/", "/delete/", "/move/", "/remove/", 'draggable="true"'):
                assert never not in text, (name, never)


@pytest.mark.django_db
def test_an_empty_console_says_what_to_do_next(rte: User, client_of: Callable[..., Client]) -> None:
    client = client_of(rte)
    for name, words in (
        ("board", "Create a team"),
        ("list", "There are no work items yet"),
        ("frame", "Plan a PI"),
    ):
        assert words in client.get(reverse(f"planning:{name}")).content.decode()
