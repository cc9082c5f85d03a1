"""Comments that people write here reach Jira as the service user's, with the author's name before them."""

from __future__ import annotations

import pytest

from planning import comment_editing
from planning.models import Change, Comment, SyncState
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_stands_in_jira_under_the_authors_name_and_once_here(world: World) -> None:
    item = world.first()
    world.comment(item, "Please look\nat this")
    item.refresh_from_db()
    assert item.sync_state == SyncState.WAITING
    world.settle()
    assert world.comments_there(item.remote_key) == [f"{world.person}:\nPlease look\nat this"]
    assert world.comments(item) == [(str(world.person), "Please look\nat this")]
    item.refresh_from_db()
    assert item.sync_state == SyncState.SYNCED


def test_what_is_changed_and_deleted_here_is_there(world: World) -> None:
    item = world.first()
    comment = world.comment(item, "one")
    world.settle()
    comment_editing.edit_comment(comment.pk, "two", actor=world.person)
    world.settle()
    assert world.comments_there(item.remote_key) == [f"{world.person}:\ntwo"]
    assert world.comments(item) == [(str(world.person), "two")]
    comment_editing.delete_comment(comment.pk, actor=world.person)
    world.settle()
    assert world.comments_there(item.remote_key) == []
    assert world.comments(item) == []


def test_many_changes_are_one_write_and_a_deleted_one_none(world: World) -> None:
    item = world.first()
    comment, other = world.comment(item, "one"), world.comment(item, "never there")
    for text in ("two", "three"):
        comment_editing.edit_comment(comment.pk, text, actor=world.person)
    comment_editing.delete_comment(other.pk, actor=world.person)
    world.control("POST", "reset")
    world.push()
    assert world.comments_there(item.remote_key) == [f"{world.person}:\nthree"]
    posts = [
        n for path, n in world.calls().items() if path.startswith("POST") and "comment" in path
    ]
    assert posts == [1]
    assert set(Change.objects.values_list("state", flat=True)) == {"settled"}


def test_one_on_a_new_item_waits_for_its_issue(world: World) -> None:
    item = world.create("New")
    world.comment(item, "first words")
    world.settle()
    item.refresh_from_db()
    assert world.comments_there(item.remote_key) == [f"{world.person}:\nfirst words"]
    assert world.comments(item) == [(str(world.person), "first words")]


def test_it_stays_here_where_comments_are_not_sent(world: World) -> None:
    item = world.first()
    type(world.project).objects.update(comments="off")
    comment = world.comment(item, "for us")
    world.settle()
    assert world.comments_there(item.remote_key) == []
    type(world.project).objects.update(comments="both")
    comment_editing.edit_comment(comment.pk, "still for us", actor=world.person)
    world.settle()
    assert world.comments_there(item.remote_key) == []
    assert Comment.objects.get(pk=comment.pk).remote_id == ""
