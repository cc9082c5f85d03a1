"""A comment written here that somebody changes, deletes or keeps in Jira meanwhile."""

from __future__ import annotations

import pytest

from planning import comment_editing
from planning.comment_editing import may_edit
from planning.models import Change, ChangeState, Comment
from sync.outbox import ways_out
from sync.status import replay
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told(world: World) -> Comment:
    """One that both sides have."""
    comment = world.comment(world.first(), "one")
    world.settle()
    comment.refresh_from_db()
    return comment


def there(world: World, comment: Comment, text: str | None) -> None:
    """Somebody changes the comment in Jira, or deletes it."""
    world.grant("EDIT_ALL_COMMENTS", user="admin")
    world.grant("DELETE_ALL_COMMENTS", user="admin")
    path = f"/rest/api/2/issue/{comment.item.remote_key}/comment/{comment.remote_id}"
    if text is None:
        world.jira("DELETE", path)
    else:
        world.jira("PUT", path, body=text)


def here(world: World) -> list[str]:
    return [text for _who, text in world.comments(world.first())]


def in_jira(world: World) -> list[str]:
    return world.comments_there(world.first().remote_key)


def parked() -> Change:
    return Change.objects.get(kind="comment", state=ChangeState.PARKED)


def test_what_jira_changed_comes_back_and_is_changed_there_from_then_on(
    world: World, told: Comment
) -> None:
    there(world, told, f"{world.person}:\none, and {{panel}}more{{panel}}")
    world.poll()
    assert here(world) == ["one, and {panel}more{panel}"]
    told.refresh_from_db()
    assert not may_edit(told, world.person)
    with pytest.raises(comment_editing.Refused, match="in Jira since"):
        comment_editing.edit_comment(told.pk, "two", actor=world.person)


def test_changed_on_both_sides_it_is_a_persons_to_decide(world: World, told: Comment) -> None:
    comment_editing.edit_comment(told.pk, "ours", actor=world.person)
    there(world, told, f"{world.person}:\ntheirs")
    world.push()
    assert (here(world), in_jira(world)) == (["ours"], [f"{world.person}:\ntheirs"])
    assert "theirs" in parked().message
    assert ways_out.of(parked()) == (ways_out.Way.JIRA, ways_out.Way.AGAIN)
    ways_out.go(parked(), "jira", actor=world.person)
    world.drain()
    world.settle()
    assert (here(world), in_jira(world)) == (["theirs"], [f"{world.person}:\ntheirs"])


def test_or_the_boards_replaces_it(world: World, told: Comment) -> None:
    comment_editing.edit_comment(told.pk, "ours", actor=world.person)
    there(world, told, f"{world.person}:\ntheirs")
    world.push()
    world.poll()
    replay.replay_change(parked(), actor=world.person)
    world.settle()
    assert (here(world), in_jira(world)) == (["ours"], [f"{world.person}:\nours"])


@pytest.mark.parametrize("way", ["restore", "keep", "delete"])
def test_deleted_there_while_it_was_changed_here(world: World, told: Comment, way: str) -> None:
    comment_editing.edit_comment(told.pk, "two", actor=world.person)
    there(world, told, None)
    world.poll()
    world.push()
    assert here(world) == ["two"]
    ways_out.go(parked(), way, actor=world.person)
    world.drain()
    world.settle()
    assert here(world) == ([] if way == "delete" else ["two"])
    assert in_jira(world) == ([f"{world.person}:\ntwo"] if way == "restore" else [])


def test_an_old_read_does_not_bring_the_text_before_back(
    world: World, told: Comment, when_at
) -> None:
    comment_editing.edit_comment(told.pk, "two", actor=world.person)
    when_at("comment.edited", world.poll)
    world.settle()
    assert (here(world), in_jira(world)) == (["two"], [f"{world.person}:\ntwo"])


def test_a_worker_that_dies_over_a_change_writes_it_once(
    world: World, told: Comment, killed_at
) -> None:
    comment_editing.edit_comment(told.pk, "two", actor=world.person)
    with killed_at("comment.edited"):
        world.push(rounds=1)
    world.poll()
    world.settle()
    assert (here(world), in_jira(world)) == (["two"], [f"{world.person}:\ntwo"])
