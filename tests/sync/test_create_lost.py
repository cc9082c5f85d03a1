"""Creates whose answer was lost: the issue is found by its key, whatever the search index knows."""

from __future__ import annotations

import pytest

from jira_client.errors import ServerFault
from planning.models import Change, WorkItem
from sync.models import Shadow
from sync.outbound import lost_creates
from sync.status import replay
from tests.sync.world import World

CREATES = r"/issue(/bulk)?$"


def rounds(world: World, many: int) -> None:
    for _ in range(many):
        world.make_due()
        world.push(rounds=1)


def lose_answer(world: World) -> None:
    world.fault("answer_lost", times=1, method="POST", path=CREATES)


def test_an_index_that_lags_makes_no_second_issue(world: World):
    world.fault("search_lag", 3600)
    lose_answer(world)
    item = world.create("Only once")
    rounds(world, 8)
    item.refresh_from_db()
    assert world.issues("Only once") == [item.remote_key]
    assert Shadow.objects.get(item=item).remote_key == item.remote_key


def test_the_issue_is_found_among_many_that_others_made_meanwhile(world: World):
    item = world.create("In the crowd")
    for number in range(15):
        world.create_issue(f"Before {number}")
    lose_answer(world)
    world.push(rounds=1)
    for number in range(30):
        world.create_issue(f"After {number}")
    world.settle()
    item.refresh_from_db()
    assert world.issues("In the crowd") == [item.remote_key]


def test_the_second_look_comes_when_no_call_can_be_under_way(world: World):
    world.fault("error", 500, times=1, method="POST", path=CREATES)
    item = world.create("Patience")
    rounds(world, 2)
    change = Change.objects.get(item=item)
    left = (change.due - change.created).total_seconds()
    assert (change.state, change.code) == ("looking", "looked:1")
    assert left > 60


def test_a_look_that_fails_does_not_count(world: World):
    lose_answer(world)
    item = world.create("Found later")
    world.push(rounds=1)
    world.fault("error", 503, path=r"/issue/(bulkfetch|FALCON-)")
    rounds(world, 4)
    change = Change.objects.get(item=item)
    assert (change.state, change.code.startswith("looked")) == ("looking", False)
    world.mend()
    world.settle()
    item.refresh_from_db()
    assert world.issues("Found later") == [item.remote_key]


def test_what_the_webhook_paired_needs_no_look(world: World):
    lose_answer(world)
    item = world.create("Told by Jira")
    world.push(rounds=1)
    world.poll()
    assert Shadow.objects.filter(item=item).exists()
    world.control("POST", "reset")
    world.fault("error", 500, path=r"bulkfetch|/issue/FALCON-")
    rounds(world, 1)
    assert Change.objects.get(item=item).state == "settled"


def test_an_issue_that_was_brought_in_as_another_item_becomes_ours(world: World, monkeypatch):
    from sync.inbound import polls

    lose_answer(world)
    item = world.create("Raced")
    world.push(rounds=1)
    monkeypatch.setattr(polls.own_creates, "waiting_creates", lambda project: False)
    world.poll()
    monkeypatch.undo()
    world.settle()
    live = WorkItem.objects.live().filter(summary="Raced")
    assert [row.pk for row in live] == [item.pk]
    assert Shadow.objects.get(remote_key=world.issues("Raced")[0]).item_id == item.pk


def test_replaying_an_unknown_outcome_looks_first(world: World):
    lose_answer(world)
    item = world.create("Asked again")
    world.push(rounds=1)
    Change.objects.filter(item=item).update(state="parked", code="outcome_unknown")
    replay.replay_change(Change.objects.get(item=item), actor=world.person)
    rounds(world, 4)
    item.refresh_from_db()
    assert world.issues("Asked again") == [item.remote_key]


def test_deleted_while_its_create_is_in_doubt(world_with):
    world = world_with(deletion_policy="delete")
    lose_answer(world)
    item = world.create("Not any more")
    world.push(rounds=1)
    world.delete(item)
    rounds(world, 5)
    assert world.issues("Not any more") == []
    assert not Change.objects.filter(state__in=("waiting", "sending", "looking")).exists()


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jira fails on every call that holds the issue called “poison”."""
    import jira_client.resources.issues as resource

    many, one = resource.create_many, resource.Issues.create

    def fail() -> None:
        raise ServerFault("Jira failed inside.", status=500, outcome_unknown=True)

    def creates(caller, items):
        if any(item["fields"]["summary"] == "poison" for item in items):
            fail()
        return many(caller, items)

    def creates_one(self, fields, update=None, properties=None):
        if fields["summary"] == "poison":
            fail()
        return one(self, fields, update, properties)

    monkeypatch.setattr(resource, "create_many", creates)
    monkeypatch.setattr(resource.Issues, "create", creates_one)


def test_one_poison_in_a_bulk_create_stops_no_other(world: World, poison: None):
    bad = world.create("poison")
    good = [world.create(f"good {number}") for number in range(4)]
    rounds(world, 12)
    assert [len(world.issues(item.summary)) for item in good] == [1, 1, 1, 1]
    change = Change.objects.get(item=bad)
    assert (change.state, change.code, change.attempts) == (
        "parked",
        "outcome_unknown",
        lost_creates.TRIES,
    )


@pytest.mark.parametrize("short_lived", [25, 130])
@pytest.mark.parametrize("lag", [0, 3600])
def test_short_lived_issues_before_ours_hide_it_from_nobody(
    world: World, short_lived: int, lag: int
):
    """Their keys hold nothing any more, and ours stands behind all of them."""
    if lag:
        world.fault("search_lag", lag)
    item = world.create("Behind the gap")
    for number in range(short_lived):  # the board hears of none of them
        key = world.create_issue(f"short-lived {number}")
        world.jira("DELETE", f"/rest/api/2/issue/{key}")
    lose_answer(world)
    rounds(world, 8)
    item.refresh_from_db()
    assert world.issues("Behind the gap") == [item.remote_key]
