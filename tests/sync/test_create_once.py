"""Creating is crash-safe: a lost answer, a killed worker, an early webhook never make two issues."""

from __future__ import annotations

import pytest

from planning.models import Change
from sync.models import Shadow
from tests.sync.world import World


def state_of(item) -> str:
    return Change.objects.get(item=item, kind="create").state


def test_an_answer_lost_after_the_commit_makes_one_issue(world: World):
    world.fault("answer_lost", times=1, method="POST", path=r"/issue(/bulk)?$")
    item = world.create("Only once")
    world.push(rounds=1)
    assert state_of(item) == "looking"
    world.settle()
    item.refresh_from_db()
    assert world.issues("Only once") == [item.remote_key]
    assert item.sync_state == "synced"


def test_a_failure_before_the_commit_is_looked_for_and_sent_again(world: World):
    world.fault("error", 500, times=1, method="POST", path=r"/issue(/bulk)?$")
    item = world.create("Second try")
    world.settle()
    item.refresh_from_db()
    assert world.issues("Second try") == [item.remote_key]


@pytest.mark.parametrize(
    "place", ["create.claimed", "create.sent", "create.pairing", "create.paired"]
)
def test_a_worker_killed_anywhere_makes_one_issue(world: World, killed_at, place: str):
    item = world.create("Survivor", story_points=3)
    with killed_at(place):
        world.push(rounds=1)
    world.settle()
    item.refresh_from_db()
    assert world.issues("Survivor") == [item.remote_key]
    assert (item.story_points, item.sync_state) == (3, "synced")


def test_a_worker_killed_after_creating_without_a_refused_field(world: World, killed_at):
    item = world.create("Fewer fields", priority="No such priority")
    with killed_at("create.sent_without"):
        world.push(rounds=1)
    world.settle()
    item.refresh_from_db()
    assert world.issues("Fewer fields") == [item.remote_key]


def test_the_issue_is_read_before_the_creates_answer_is_settled(world: World, monkeypatch):
    from sync.outbound import issue_creates

    item = world.create("Early bird", story_points=3)
    monkeypatch.setattr(issue_creates, "_settle", lambda *args: None)
    world.push(rounds=1)
    monkeypatch.undo()
    world.poll()
    shadow = Shadow.objects.get(item=item)
    assert [shadow.remote_key] == world.issues("Early bird")
    world.settle()
    assert len(world.issues("Early bird")) == 1
    assert state_of(item) == "settled"


def test_after_three_lost_answers_a_person_is_asked(world: World):
    world.fault("error", 500, method="POST", path=r"/issue(/bulk)?$")
    item = world.create("Never")
    for _ in range(12):
        world.make_due()
        world.push(rounds=1)
    change = Change.objects.get(item=item)
    assert (change.state, change.code) == ("parked", "outcome_unknown")
    item.refresh_from_db()
    assert item.sync_state == "parked"


def test_many_creates_go_in_bulk(world: World):
    for number in range(20):
        world.create(f"Bulk {number}")
    world.control("POST", "reset")
    world.push()
    assert sum(world.calls().values()) <= 6
    assert len([n for n in range(20) if len(world.issues(f"Bulk {n}")) == 1]) == 20
