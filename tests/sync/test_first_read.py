"""What Jira's people edit between our create and its first read is not replaced unseen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from planning.models import WorkItem
from sync.models import Conflict, Shadow
from tests.sync.world import World

MADE = "create.paired"  # the issue is there; nobody has read it yet


def take_step(world: World, key: str, status: str) -> None:
    path = f"/rest/api/2/issue/{key}/transitions"
    steps = world.jira("GET", path)["transitions"]
    step = next(one["id"] for one in steps if one["to"]["name"] == status)
    world.jira("POST", path, transition={"id": step})


def words(world: World) -> tuple[str, str, str]:
    """What a new issue begins with, and two other statuses that a step leads to from there."""
    key = world.create_issue("For its words")
    begun = world.issue(key)["status"]["name"]
    steps = world.jira("GET", f"/rest/api/2/issue/{key}/transitions")["transitions"]
    others = [one["to"]["name"] for one in steps if one["to"]["name"] != begun]
    plain = [name for name in others if name in world.project.status_map]
    return begun, plain[0], plain[1]


def read_by(world: World, reader: str) -> None:
    """Who comes first after a worker died right behind the create."""
    if reader == "drain":
        key = Shadow.objects.get(item__summary="Made").remote_key
        body = {"webhookEvent": "jira:issue_created", "issue": {"key": key}}
        body["issue"]["id"] = str(world.handle.site.issue(key).id)
        world.hook(body)
        world.drain()
    elif reader == "poll":
        world.poll()
    world.settle()
    world.settle()


@pytest.mark.parametrize("policy", ["jira_wins", "board_wins", "ask"])
@pytest.mark.parametrize("reader", ["the same push", "push", "drain", "poll"])
def test_a_status_that_the_create_could_not_carry(
    world_with: Callable[..., World],
    when_at: Callable[..., None],
    killed_at: Callable[..., object],
    reader: str,
    policy: str,
):
    world = world_with(conflict_policy=policy)
    begun, ours, theirs = words(world)
    world.settle()
    item = world.create("Made", status=ours)

    def step() -> None:
        take_step(world, Shadow.objects.get(item=item).remote_key, theirs)

    if reader == "the same push":
        when_at(MADE, step)
        world.push()
    else:
        with killed_at(MADE):  # type: ignore[attr-defined]
            world.push()
        step()
    read_by(world, reader)
    item.refresh_from_db()
    conflict = Conflict.objects.get()
    assert (conflict.base, conflict.board, conflict.jira) == (begun, ours, theirs)
    there = world.issue(item.remote_key)["status"]["name"]
    if policy == "ask":
        assert (item.status, there) == (ours, theirs)
    else:
        winner = theirs if policy == "jira_wins" else ours
        assert item.status == there == winner
        assert conflict.taken == policy.removesuffix("_wins")


@pytest.mark.parametrize("reader", ["push", "poll"])
def test_a_field_that_both_filled_after_the_create(
    world: World, killed_at: Callable[..., object], reader: str
):
    item = world.create("Made")
    with killed_at(MADE):  # type: ignore[attr-defined]
        world.push()
    key = Shadow.objects.get(item=item).remote_key
    world.edit(WorkItem.objects.get(pk=item.pk), story_points=5)
    world.edit_issue(key, **{world.project.field_map["story_points"]: 3})
    read_by(world, reader)
    conflict = Conflict.objects.get()
    assert (conflict.base, conflict.board, conflict.jira) == (None, 5, 3)
    points = world.issue(key)[world.project.field_map["story_points"]]
    assert points == world.item(key).story_points == 3


def test_what_nobody_edited_there_is_sent_at_the_cost_of_before(world: World):
    _begun, ours, _theirs = words(world)
    world.settle()
    world.create("Made", status=ours)
    world.control("POST", "reset")
    world.push()
    assert sum(world.calls().values()) <= 6
    key = world.issues("Made")[0]
    assert world.issue(key)["status"]["name"] == ours == world.item(key).status
    assert not Conflict.objects.exists()
