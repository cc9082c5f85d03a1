"""An edit reached Jira, and its worker died before it could tell. What both sides do to the field after
that is judged from the value that Jira had taken, as its changelog proves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connections.access.gateway import jira_for
from sync.inbound import pair_merge
from sync.models import Conflict
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("place", ["edit.fields_sent", "edit.written", "edit.read_back"])
@pytest.mark.parametrize("field", ["summary", "story_points"])
@pytest.mark.parametrize("first", ["the push", "a poll"])
def test_taken_back_here_and_changed_there_is_a_conflict(
    world: World, killed_at: Any, place: str, field: str, first: str
) -> None:
    before, ours, theirs = {
        "summary": ("As before", "Of the board", "Of Jira"), "story_points": (1.0, 2.0, 3.0),
    }[field]  # fmt: skip
    key = world.create_issue("A story")
    world.edit_issue(key, **{world.project.field_map[field]: before})
    world.poll()
    item = world.item(key)
    world.edit(item, **{field: ours})
    with killed_at(place):
        world.push(rounds=1)
    world.edit(item, **{field: before})
    world.edit_issue(key, **{world.project.field_map[field]: theirs})
    if first == "a poll":
        world.poll()
    world.settle()
    item.refresh_from_db()
    assert getattr(item, field) == theirs == world.issue(key)[world.project.field_map[field]]
    kept = Conflict.objects.get(shadow__item=item, field=field)
    assert (kept.board, kept.jira, kept.taken) == (before, theirs, "jira")
    assert kept.jira_author


@pytest.mark.parametrize("place", ["edit.fields_sent", "edit.written", "edit.read_back"])
def test_changed_there_alone_is_no_conflict(world: World, killed_at: Any, place: str) -> None:
    """Whoever changed it in Jira had the board's value before their eyes."""
    key = world.create_and_read("As before")
    item = world.item(key)
    world.edit(item, summary="Of the board")
    with killed_at(place):
        world.push(rounds=1)
    world.edit_issue(key, summary="Of Jira")
    world.settle()
    item.refresh_from_db()
    assert item.summary == "Of Jira" == world.issue(key)["summary"]
    assert not Conflict.objects.filter(shadow__item=item).exists()


@pytest.mark.parametrize("first", ["the push", "a poll"])
def test_set_back_there_stays_so(world: World, killed_at: Any, first: str) -> None:
    """It looks as if the write had never come, but the issue's changes tell."""
    key = world.create_and_read("As before")
    item = world.item(key)
    world.edit(item, summary="Of the board")
    with killed_at("edit.fields_sent"):
        world.push(rounds=1)
    world.edit_issue(key, summary="As before")
    if first == "a poll":
        world.poll()
    world.settle()
    item.refresh_from_db()
    assert item.summary == "As before" == world.issue(key)["summary"]
    assert not Conflict.objects.filter(shadow__item=item).exists()


def test_what_never_reached_jira_is_a_conflict_as_ever(world: World, killed_at: Any) -> None:
    key = world.create_and_read("As before")
    item = world.item(key)
    world.edit(item, summary="Of the board")
    with killed_at("edit.claimed"):
        world.push(rounds=1)
    world.edit_issue(key, summary="Of Jira")
    world.settle()
    kept = Conflict.objects.get(shadow__item=item, field="summary")
    assert (kept.board, kept.jira) == ("Of the board", "Of Jira")


@pytest.mark.parametrize("hours", [-26, 26])
def test_a_clock_that_is_put_back_in_between_hides_nothing(
    world: World, killed_at: Any, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    monkeypatch.setattr(pair_merge, "OLDER_FOR", timedelta(0))  # a second look believes it
    world.handle.site.skew = timedelta(hours=max(hours, 0))
    key = world.create_and_read("As before")
    item = world.item(key)
    world.edit(item, summary="Of the board")
    with killed_at("edit.claimed"):
        world.push(rounds=1)
    world.handle.site.skew = timedelta(hours=min(hours, 0))
    _as_the_account(world, key, "Of the board")
    world.edit(item, summary="As before")
    world.edit_issue(key, summary="Of Jira")
    world.settle()
    world.settle()
    kept = Conflict.objects.get(shadow__item=item, field="summary")
    assert (kept.board, kept.jira) == ("As before", "Of Jira")


def test_an_older_write_of_the_same_value_proves_nothing(world: World, killed_at: Any) -> None:
    """Jira took it once, and somebody set it back; the same value of today never came."""
    key = world.create_and_read("As before")
    item = world.item(key)
    world.edit(item, summary="Of the board")
    world.settle()
    world.edit_issue(key, summary="As before")
    world.poll()
    item.refresh_from_db()
    assert item.summary == "As before"
    world.edit(item, summary="Of the board")
    with killed_at("edit.claimed"):
        world.push(rounds=1)
    world.edit_issue(key, summary="Of Jira")
    world.settle()
    kept = Conflict.objects.get(shadow__item=item, field="summary")
    assert (kept.base, kept.board, kept.jira) == ("As before", "Of the board", "Of Jira")


def _as_the_account(world: World, key: str, summary: str) -> None:
    """What the request of the killed worker does when it arrives."""
    jira_for(world.connection).issues.edit(key, {"summary": summary})
