"""A worker that dies right after putting a value back, or after a create's rest, loses nobody's edit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from planning.models import Change, WorkItem
from sync.models import Conflict
from sync.worker import failpoints
from tests.sync.conftest import Killed
from tests.sync.test_first_read import take_step, words
from tests.sync.world import World


@pytest.fixture
def dying(settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`dying(world, {"edit.claimed": act, …})`: a push in which each act is done once its point is
    reached, in this order; it is killed after the last.
    """

    def push(world: World, acts: dict[str, Callable[[], object]]) -> None:
        left = list(acts.items())
        settings.CRASH_AT = left[0][0]

        def reached(pid: int, number: int) -> None:
            _, act = left.pop(0)
            act()
            if not left:
                raise Killed
            settings.CRASH_AT = left[0][0]

        monkeypatch.setattr(failpoints.os, "kill", reached)
        with pytest.raises(Killed):
            world.push(rounds=1)
        settings.CRASH_AT = ""

    return push


@pytest.mark.parametrize("policy", ["jira_wins", "ask"])
@pytest.mark.parametrize("then", ["push", "poll"])
def test_what_the_putting_back_overwrote(
    world_with: Callable[..., World], dying: Callable[..., None], policy: str, then: str
):
    world = world_with(conflict_policy=policy)
    item = world.edit(world.first(), summary="ours")

    def theirs(number: int) -> Callable[[], None]:
        return lambda: world.edit_issue(item.remote_key, summary=f"theirs {number}")

    def nothing() -> None: ...

    acts = {"edit.claimed": theirs(1), "edit.read_back": theirs(2), "edit.restored": nothing}
    dying(world, acts)
    assert world.issue(item.remote_key)["summary"] == "theirs 1"
    getattr(world, then)()
    world.settle()
    world.settle()
    item.refresh_from_db()
    assert world.issue(item.remote_key)["summary"] == "theirs 2"
    assert item.summary == ("theirs 2" if policy == "jira_wins" else "ours")
    newest = Conflict.objects.order_by("-found")[0]
    assert newest.jira == "theirs 2"
    assert Conflict.objects.filter(board="ours").exists()


@pytest.mark.parametrize("policy", ["jira_wins", "board_wins", "ask"])
@pytest.mark.parametrize("then", ["push", "poll"])
def test_what_the_rest_of_a_create_overwrote(
    world_with: Callable[..., World], dying: Callable[..., None], policy: str, then: str
):
    world = world_with(conflict_policy=policy)
    begun, ours, theirs = words(world)
    world.settle()
    item = world.create("Made", status=ours)

    def step() -> None:
        take_step(world, WorkItem.objects.get(pk=item.pk).remote_key, theirs)

    def nothing() -> None: ...

    dying(world, {"edit.claimed": step, "edit.written": nothing})
    getattr(world, then)()
    world.settle()
    world.settle()
    item.refresh_from_db()
    there = world.issue(item.remote_key)["status"]["name"]
    conflict = Conflict.objects.get()
    assert (conflict.base, conflict.board, conflict.jira) == (begun, ours, theirs)
    assert there == (ours if policy == "board_wins" else theirs)
    assert item.status == (theirs if policy == "jira_wins" else ours)
    assert not Change.objects.filter(state__in=("waiting", "sending")).exists()
