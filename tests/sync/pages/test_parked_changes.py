"""The inbox of what Jira refused: its reason in words, and sending it again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from planning.models import Change
from sync.models import Shadow
from tests.sync.pages.conftest import text_of
from tests.sync.world import World

INBOX = reverse("sync:parked")
REASON = "Field 'summary' cannot be set."


@pytest.fixture
def refused(world: World) -> World:
    """One change that Jira refuses, since the account lost Edit Issues."""
    world.edit(world.first(), summary="Not allowed")
    Change.objects.update(state="parked", message=REASON, code="invalid")
    return world


def test_an_empty_inbox_says_so(page: Client, db: None):
    assert "Nothing is parked" in text_of(page.get(INBOX))


def test_it_shows_jiras_reason(page: Client, refused: World):
    words = text_of(page.get(INBOX))
    assert "Jira refused 1 change" in words
    assert "cannot be set" in words
    assert "Send again" in words
    elsewhere = page.get(INBOX, {"connection": "00000000-0000-0000-0000-000000000007"})
    assert len(elsewhere.context["shown"]) == 1  # nobody's id narrows to nothing sensible


def test_sending_again_reaches_jira(page: Client, refused: World):
    change = Change.objects.get()
    page.post(reverse("sync:replay_change", args=[change.pk]), {"next": INBOX})
    refused.push()
    change.refresh_from_db()
    assert change.state == "settled"
    assert refused.issue(change.item.remote_key)["summary"] == "Not allowed"


def test_refused_fields_are_listed_with_their_reason(page: Client, world: World):
    shadow = Shadow.objects.first()
    shadow.parked = {"story_points": "It is not on the appropriate screen."}
    shadow.save()
    words = text_of(page.get(INBOX))
    assert "Fields that Jira refused" in words
    assert "Story points" in words
    assert "not on the appropriate screen" in words


def test_a_viewer_is_not_offered_to_send(
    viewer: User, client_of: Callable[..., Client], refused: World
):
    browser = client_of(viewer)
    assert "Send again" not in text_of(browser.get(INBOX))
    again = reverse("sync:replay_change", args=[Change.objects.get().pk])
    assert browser.post(again).status_code == 403
