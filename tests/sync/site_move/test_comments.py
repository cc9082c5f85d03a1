"""Comments go along to another Jira: found again there by what they say, and written nowhere twice."""

from __future__ import annotations

from accounts.models import User
from connections.models import Connection
from jira_sandbox.model.issues import Comment as JiraComment
from jira_sandbox.server import Handle
from planning import comment_editing
from planning.models import Comment
from tests.sync.site_move.elsewhere import moved
from tests.sync.world import World


def migrated(old: Handle, new: Handle, key: str) -> None:
    """What a migration makes of an issue's comments: texts and authors, under other ids."""
    twin = new.site.issue(key)
    for number, one in enumerate(old.site.issue(key).comments):
        author = new.site.users[one.author.name]
        made = JiraComment(777 + number, author, one.body, one.created, one.updated)
        twin.comments.append(made)


def test_they_are_found_again(world: World, there: Handle, to: Connection, rte: User):
    item = world.first()
    world.comment(item, "ours")
    world.comment_there(item.remote_key, "theirs")
    world.settle()
    before = world.comments(item)
    migrated(world.handle, there, item.remote_key)
    moved(world, to, rte)
    assert world.comments(item) == before
    ids = Comment.objects.filter(item=item).values_list("remote_id", flat=True)
    assert set(ids) == {"777", "778"}
    mine = Comment.objects.get(item=item, from_jira=False)
    comment_editing.edit_comment(mine.pk, "ours, changed", actor=world.person)
    world.connection.refresh_from_db()
    world.settle()
    world.settle()
    told = [one.body for one in there.site.issue(item.remote_key).comments]
    assert told == ["theirs", f"{world.person}:\nours, changed"]


def test_what_was_left_behind_stays_on_the_board(
    world: World, there: Handle, to: Connection, rte: User
):
    item = world.first()
    world.comment(item, "ours")
    world.comment_there(item.remote_key, "theirs")
    world.settle()
    moved(world, to, rte)
    assert [text for _who, text in world.comments(item)] == ["ours", "theirs"]
    assert there.site.issue(item.remote_key).comments == []
