"""A worker that dies at any point of a drain: the next one goes on, nothing doubled, nothing lost."""

from __future__ import annotations

import pytest

from connections.models import MappedProject
from jira_sandbox.model.links_and_moves import move
from planning.models import Change, Link, WorkItem
from sync.models import Absence, Attempt, Delivery, Shadow
from tests.sync.test_drain import deliver
from tests.sync.world import World

POINTS = [
    "drain.read",
    "pull.applied",
    "drain.applied",
    "drain.judged",
    "drain.settling",
    "drain.settled",
]


@pytest.mark.parametrize("place", POINTS)
def test_an_edit_a_new_issue_and_a_link(world: World, killed_at, place: str):
    item, end = WorkItem.objects.live().filter(project=world.project).order_by("rank")[:2]
    Link.objects.all().delete()
    world.edit_issue(item.remote_key, summary="Edited there")
    key = world.create_issue("Made there")
    issue_id = str(world.handle.site.issue(key).id)
    world.jira("POST", "/rest/api/2/issueLink", type={"name": "Blocks"},
               inwardIssue={"key": key}, outwardIssue={"key": end.remote_key})  # fmt: skip
    deliver(world, "jira:issue_updated", item.remote_id)
    deliver(world, "jira:issue_created", issue_id)
    with killed_at(place):
        world.drain()
    world.drain()
    item.refresh_from_db()
    made = WorkItem.objects.get(summary="Made there")
    assert (item.summary, item.version, made.remote_key) == ("Edited there", 2, key)
    assert Link.objects.filter(source=made, target=end, deleted=None).count() == 1
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}
    # Each is told of once, whoever took it in.
    assert sorted(
        Attempt.objects.filter(step="read").values_list("remote_id", flat=True)
    ) == sorted([item.remote_id, issue_id])
    world.settle()
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    "place", ["pull.applied", "drain.applied", "ensure.queued", "drain.judged"]
)
def test_a_value_that_the_board_gives_back(world: World, killed_at, place: str):
    """A project that only writes to Jira: a Change of the console's own puts the board's value back."""
    MappedProject.objects.update(direction="to_jira")
    item = world.first()
    ours = item.summary
    world.edit_issue(item.remote_key, summary="Not wanted")
    deliver(world, "jira:issue_updated", item.remote_id)
    with killed_at(place):
        world.drain()
    world.drain()
    world.settle()
    item.refresh_from_db()
    assert (item.summary, world.issue(item.remote_key)["summary"]) == (ours, ours)
    assert Change.objects.filter(item=item).count() == 1


@pytest.mark.parametrize("place", ["pull.applied", "moved.marked", "drain.judged"])
def test_an_issue_that_was_moved_away_says_so(world: World, killed_at, place: str):
    item, other = WorkItem.objects.live().filter(project=world.project).order_by("rank")[:2]
    site = world.handle.site
    move(site, site.users["admin"], site.issue(item.remote_key), site.project("ART"))
    world.edit_issue(other.remote_key, summary="Stays")
    for one in (item, other):
        deliver(world, "jira:issue_updated", one.remote_id)
    with killed_at(place):
        world.drain()
    world.drain()
    item.refresh_from_db()
    other.refresh_from_db()
    assert (item.sync_state, item.sync_detail) == ("parked", str(Absence.MOVED.label))
    assert (other.summary, item.deleted) == ("Stays", None)
    assert Attempt.objects.filter(item=item, outcome="skipped").count() == 1


def test_jira_does_not_answer_and_the_worker_dies_too(world: World, killed_at):
    item = world.first()
    world.edit_issue(item.remote_key, summary="Late")
    deliver(world, "jira:issue_updated", item.remote_id)
    world.fault("error", 503)
    with killed_at("drain.put_off"):
        world.drain()
    world.mend()
    world.drain()
    item.refresh_from_db()
    assert item.summary == "Late"


@pytest.mark.parametrize("place", ["drain.stumbled"])
def test_an_issue_on_which_we_fail_is_given_to_a_person_after_as_many_tries(
    world: World, killed_at, monkeypatch: pytest.MonkeyPatch, place: str
):
    from sync.inbound import drain, pull

    def fail(*_: object, **__: object) -> None:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(pull, "see", fail)
    deliver(world, "jira:issue_updated", world.first().remote_id)
    for _ in range(drain.FAULTS):
        with killed_at(place):
            world.drain()
    row = Delivery.objects.get()
    assert (row.state, row.faults) == ("failed", drain.FAULTS)
    assert Attempt.objects.filter(delivery=row, outcome="failed").count() == drain.FAULTS


def test_no_pair_is_left_behind(world: World, killed_at):
    """A create of ours that the drain adopts, while its answer is under way."""
    item = world.create("Ours")
    with killed_at("create.sent"):
        world.push(rounds=1)
    (key,) = world.issues("Ours")
    deliver(world, "jira:issue_created", str(world.handle.site.issue(key).id))
    with killed_at("drain.applied"):
        world.drain()
    with killed_at("look.adopted"):
        world.push(rounds=1)
    world.drain()
    world.settle()
    assert world.issues("Ours") == [key]
    assert Shadow.objects.get(item=item).remote_key == key
    assert not Change.objects.exclude(state="settled").exists()
