"""A fault of our own on one item is named on it, and the others go on."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from planning.models import Change
from sync.outbound import new_pairs
from sync.status import replay
from tests.sync.world import World


@pytest.fixture
def clumsy(monkeypatch: pytest.MonkeyPatch) -> None:
    """We fail to store the pair of one item."""
    bind = new_pairs.own_creates.bind

    def fail(project, item, *rest):
        if item.summary == "ours":
            raise IntegrityError("UNIQUE constraint failed")
        return bind(project, item, *rest)

    monkeypatch.setattr(new_pairs.own_creates, "bind", fail)


def test_an_item_we_cannot_store_stops_no_other(world: World, clumsy: None):
    bad, good = world.create("ours"), world.create("theirs")
    world.push()
    change = Change.objects.get(item=bad)
    assert (change.state, change.code) == ("parked", "our_fault")
    assert "not Jira" in change.message
    assert Change.objects.get(item=good).state == "settled"


def test_its_replay_finds_the_issue_that_exists(world: World, clumsy: None, monkeypatch):
    bad = world.create("ours")
    world.push()
    monkeypatch.undo()
    replay.replay_change(Change.objects.get(item=bad), actor=world.person)
    world.settle()
    bad.refresh_from_db()
    assert world.issues("ours") == [bad.remote_key]
