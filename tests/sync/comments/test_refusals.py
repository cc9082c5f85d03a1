"""What Jira refuses of a comment is parked with its words, and a person finds a way out."""

from __future__ import annotations

import pytest

from planning import comment_editing
from planning.comment_states import standing_of
from planning.models import Change, ChangeState, Comment, SyncState
from sync.outbox import ways_out
from sync.status import replay
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def parked() -> Change:
    return Change.objects.get(kind="comment", state=ChangeState.PARKED)


def go(world: World, way: str) -> None:
    ways_out.go(parked(), way, actor=world.person)


def test_without_add_comments_it_waits_with_jiras_words(world: World) -> None:
    item = world.first()
    world.grant("ADD_COMMENTS", False)
    comment = world.comment(item, "not yet")
    world.push()
    assert "permission" in parked().message
    assert standing_of([comment])[comment.pk].state == SyncState.PARKED
    item.refresh_from_db()
    assert item.sync_state == SyncState.PARKED
    world.grant("ADD_COMMENTS")
    replay.replay_change(parked(), actor=world.person)
    world.settle()
    assert world.comments_there(item.remote_key) == [f"{world.person}:\nnot yet"]


def test_it_may_be_kept_here_alone(world: World) -> None:
    item = world.first()
    world.grant("ADD_COMMENTS", False)
    comment = world.comment(item, "for us")
    world.push()
    assert ways_out.of(parked()) == (ways_out.Way.AGAIN, ways_out.Way.KEEP)
    go(world, "keep")
    world.settle()
    assert world.comments(item) == [(str(world.person), "for us")]
    assert standing_of([comment])[comment.pk].state == SyncState.LOCAL_ONLY


def test_a_change_that_jira_refuses_gives_way_to_what_it_holds(world: World) -> None:
    item = world.first()
    comment = world.comment(item, "one")
    world.settle()
    world.grant("EDIT_OWN_COMMENTS", False)
    comment_editing.edit_comment(comment.pk, "two", actor=world.person)
    world.push()
    assert "permission to edit" in parked().message
    go(world, "jira")
    world.settle()
    assert world.comments(item) == [(str(world.person), "one")]


def test_what_jira_does_not_delete_stands_here_again(world: World) -> None:
    item = world.first()
    comment = world.comment(item, "stays")
    world.settle()
    world.grant("DELETE_OWN_COMMENTS", False)
    comment_editing.delete_comment(comment.pk, actor=world.person)
    world.settle()
    assert world.comments(item) == [(str(world.person), "stays")]
    world.grant("DELETE_OWN_COMMENTS")
    replay.replay_change(parked(), actor=world.person)
    world.settle()
    assert (world.comments(item), world.comments_there(item.remote_key)) == ([], [])


def test_several_changes_of_one_wait_as_one(world: World) -> None:
    item = world.first()
    world.grant("ADD_COMMENTS", False)
    comment = world.comment(item, "one")
    world.push()
    comment_editing.edit_comment(comment.pk, "two", actor=world.person)
    world.push()
    assert parked().fields == {"comment": "two"}
    world.grant("ADD_COMMENTS")
    comment_editing.edit_comment(comment.pk, "three", actor=world.person)
    world.settle()
    assert world.comments_there(item.remote_key) == [f"{world.person}:\nthree"]
    assert not Change.objects.filter(state=ChangeState.PARKED).exists()


def test_too_long_a_text_is_refused_at_once(world: World) -> None:
    with pytest.raises(comment_editing.Refused):
        world.comment(world.first(), "x" * (comment_editing.LONGEST + 1))
    assert not Comment.objects.exists()
