"""The inbox of conflicts: both values, and one click that gives one side right."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from sync.models import Conflict
from tests.sync.pages.conftest import text_of
from tests.sync.world import World

INBOX = reverse("sync:conflicts")


@pytest.fixture
def clash(world_with: Callable[..., World]) -> World:
    """Both sides changed one summary; the policy is to ask."""
    world = world_with(conflict_policy="ask")
    item = world.edit(world.first(), summary="Board's words")
    world.edit_issue(item.remote_key, summary="Jira's words")
    world.settle()
    assert Conflict.objects.filter(resolved=None).count() == 1
    return world


def test_an_empty_inbox_says_so(page: Client, db: None):
    assert "No conflict waits for a decision" in text_of(page.get(INBOX))


def test_both_values_stand_side_by_side(page: Client, clash: World):
    words = text_of(page.get(INBOX))
    assert "1 conflict waits for a decision" in words
    assert "Board&#x27;s words" in words
    assert "Jira&#x27;s words" in words
    assert "Take the board&#x27;s" in words or "Take the board's" in words
    only = page.get(INBOX, {"project": str(clash.project.pk)})
    assert len(only.context["shown"]) == 1


@pytest.mark.parametrize(
    ("take", "expected"), [("board", "Board's words"), ("jira", "Jira's words")]
)
def test_one_click_makes_both_sides_equal(page: Client, clash: World, take: str, expected: str):
    conflict = Conflict.objects.get()
    key = conflict.shadow.remote_key
    sent = {"take": take, "next": INBOX + "?state=resolved"}
    answer = page.post(reverse("sync:resolve", args=[conflict.pk]), sent, follow=True)
    assert "was taken" in text_of(answer)
    assert answer.context["resolved"]
    clash.settle()
    assert clash.issue(key)["summary"] == clash.item(key).summary == expected
    assert clash.item(key).sync_state == "synced"


def test_what_the_policy_decided_can_be_turned_round(
    page: Client, world_with: Callable[..., World]
):
    world = world_with(conflict_policy="jira_wins")
    item = world.edit(world.first(), summary="Board's words")
    world.edit_issue(item.remote_key, summary="Jira's words")
    world.settle()
    assert "Take the board's instead" in text_of(page.get(INBOX, {"state": "resolved"}))
    page.post(reverse("sync:resolve", args=[Conflict.objects.get().pk]), {"take": "board"})
    world.settle()
    assert world.issue(item.remote_key)["summary"] == "Board's words"


def test_a_wrong_side_and_an_unknown_conflict_are_sentences(page: Client, clash: World):
    address = reverse("sync:resolve", args=[Conflict.objects.get().pk])
    assert "Take either" in text_of(page.post(address, {"take": "both"}, follow=True))
    nobody = reverse("sync:resolve", args=["00000000-0000-0000-0000-000000000007"])
    assert "There is no such conflict" in text_of(page.post(nobody, {"take": "jira"}, follow=True))


def test_a_viewer_looks_only(viewer: User, client_of: Callable[..., Client], clash: World):
    browser = client_of(viewer)
    assert "Take Jira" not in text_of(browser.get(INBOX))
    address = reverse("sync:resolve", args=[Conflict.objects.get().pk])
    assert browser.post(address, {"take": "jira"}).status_code == 403
