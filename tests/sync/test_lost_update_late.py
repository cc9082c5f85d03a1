"""An edit of Jira's that our write overwrote is found also where the read after the write fails."""

from __future__ import annotations

from sync.models import Conflict
from tests.sync.world import World


def overwrite_unseen(world: World, when_at) -> str:
    """The board's summary replaces Jira's, made after the read; the read-back is refused."""
    item = world.first()
    world.edit(item, summary="board's")

    def meanwhile() -> None:
        world.edit_issue(item.remote_key, summary="jira's")
        world.fault("error", 503, times=2, path="search|bulkfetch")

    when_at("edit.claimed", meanwhile)
    world.push(rounds=1)
    world.mend()
    return item.remote_key


def test_a_poll_before_the_next_try_hides_nothing(world: World, when_at):
    key = overwrite_unseen(world, when_at)
    assert world.issue(key)["summary"] == "board's"
    assert not Conflict.objects.exists()
    world.poll()
    world.settle()
    conflict = Conflict.objects.get(field="summary")
    assert (conflict.board, conflict.jira, conflict.taken) == ("board's", "jira's", "jira")
    assert world.issue(key)["summary"] == world.item(key).summary == "jira's"


def test_what_is_put_back_overwrites_nothing_newer(world: World, when_at):
    item = world.first()
    world.edit(item, summary="board's")

    def later() -> None:
        world.edit_issue(item.remote_key, summary="jira's second")

    def meanwhile() -> None:
        world.edit_issue(item.remote_key, summary="jira's first")
        when_at("edit.read_back", later)

    when_at("edit.claimed", meanwhile)
    world.settle()
    assert world.issue(item.remote_key)["summary"] == "jira's second"
    assert world.item(item.remote_key).summary == "jira's second"
