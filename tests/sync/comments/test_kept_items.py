"""What was said of an item while its issue was away goes there when Jira shows it again."""

from __future__ import annotations

from typing import Any

import pytest

from planning import comment_editing
from planning.models import Change, Comment
from sync.models import Shadow, ShadowState
from sync.outbox import abandoned_comments, change_queue
from tests.sync.test_kept_items import Hidden
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_written_changed_and_deleted_meanwhile_is_sent(world: World) -> None:
    item = world.first()
    changed, deleted = world.comment(item, "first"), world.comment(item, "not for long")
    world.settle()
    hidden = Hidden(world)
    assert item in hidden.items
    comment_editing.edit_comment(changed.pk, "second", actor=world.person)
    comment_editing.delete_comment(deleted.pk, actor=world.person)
    new = world.comment(item, "while away")
    world.push()
    hidden.come_back()
    world.reconcile()
    world.settle()
    name = str(world.person)
    assert world.comments_there(item.remote_key) == [f"{name}:\nsecond", f"{name}:\nwhile away"]
    assert world.comments(item) == [(name, "second"), (name, "while away")]
    assert Comment.objects.get(pk=new.pk).remote_id


def test_one_that_comes_back_while_its_change_is_let_go_of(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker has seen the item without its issue, and Jira shows it before the worker goes on."""
    item = world.first()
    comment = world.comment(item, "first")
    world.settle()
    Shadow.objects.filter(item=item).update(state=ShadowState.GONE, absence="kept")
    comment_editing.edit_comment(comment.pk, "second", actor=world.person)
    let_go = change_queue.drop

    def dropped(changes: Any, words: str) -> None:
        let_go(changes, words)
        if words == change_queue.UNLINKED:
            Shadow.objects.filter(item=item).update(state=ShadowState.LIVE, absence="")

    monkeypatch.setattr(change_queue, "drop", dropped)
    world.push()
    world.settle()
    assert world.comments_there(item.remote_key) == [f"{world.person}:\nsecond"]
    assert not Change.objects.filter(kind="comment", state="dropped").exists()


def test_one_deleted_before_jira_had_it_is_never_written(world: World) -> None:
    item = world.first()
    hidden = Hidden(world)
    comment = world.comment(item, "not for long")
    world.push()
    comment_editing.delete_comment(comment.pk, actor=world.person)
    hidden.come_back()
    world.reconcile()
    world.settle()
    assert world.comments_there(item.remote_key) == []
    assert world.comments(item) == []


def test_what_left_the_board_with_its_item_comes_back_with_it(world: World) -> None:
    item = world.first()
    comment = world.comment(item, "first")
    world.settle()
    comment_editing.edit_comment(comment.pk, "second", actor=world.person)
    change = Change.objects.get(kind="comment", state="waiting")
    for code, state in (("comment_edited_there", "parked"), ("not_ours", "waiting")):
        rows = Change.objects.filter(pk=change.pk)
        rows.update(state="dropped", code=code, message=change_queue.GONE)
        abandoned_comments.send_dropped([item.pk])
        assert rows.get().state == state
    world.settle()
    assert world.comments_there(item.remote_key) == [f"{world.person}:\nsecond"]
