"""Held deletions: what is held and why, one word for all of it, by page and by API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from planning.models import WorkItem
from sync.models import Brake
from tests.sync.pages.conftest import text_of
from tests.sync.test_mass_deletion_guard import vanish
from tests.sync.world import World

PAGE = reverse("sync:brakes")


@pytest.fixture
def stopped(world: World) -> World:
    vanish(world, 100)
    return world


def decided(page: Client, decision: str, count: int) -> str:
    address = reverse("sync:decide_brake", args=[Brake.objects.get().pk])
    return text_of(page.post(address, {"decision": decision, "count": count}, follow=True))


def test_nothing_held_says_so(page: Client, db: None):
    assert "No deletion is held" in text_of(page.get(PAGE))


def test_it_names_the_items_and_asks(page: Client, stopped: World):
    count = WorkItem.objects.live().count()
    words = text_of(page.get(PAGE))
    assert f"Delete these {count}" in words
    assert stopped.first().remote_key in words
    assert f"{count} deletions are held" in text_of(page.get(reverse("sync:activity")))


def test_one_click_confirms(page: Client, stopped: World):
    count = WorkItem.objects.live().count()
    assert f"{count} items are deleted" in decided(page, "delete", count)
    stopped.poll()
    assert WorkItem.objects.live().count() == 0
    assert "Delete them here too" in text_of(page.get(PAGE))


def test_what_the_person_did_not_see_is_not_decided(page: Client, stopped: World):
    assert "Look again" in decided(page, "delete", 3)
    assert Brake.objects.get().decided is None


def test_the_api_lists_and_decides(stopped: World, api: Callable, token_of: Callable):
    caller = api(token_of(stopped.person))
    (status,) = caller.get("/sync/status").json()
    held = status["brake"]["held"]
    (row,) = caller.get("/sync/brakes?state=open").json()["items"]
    assert (row["id"], row["held"]) == (status["brake"]["id"], held)
    address = f"/sync/brakes/{row['id']}/decide"
    assert caller.post(address, {"decision": "perhaps"}).status_code == 422
    assert caller.post(address, {"decision": "keep", "count": 1}).status_code == 409
    assert caller.post(address, {"decision": "keep", "count": held}).json()["count"] == held
    assert caller.post(address, {"decision": "keep"}).status_code == 409
    assert caller.get("/sync/brakes?state=open").json()["items"] == []
