"""A comment whose answer was lost, or whose worker died, is there once: found by its mark or its text."""

from __future__ import annotations

import pytest

from planning import comment_editing
from planning.models import Change, Comment
from sync.status import replay
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)
POSTS = r"/comment$"


@pytest.fixture(params=["marked", "plain"])
def kept(world: World, request: pytest.FixtureRequest) -> World:
    """A Jira that keeps properties of comments, and one that does not."""
    world.handle.site.plain_comments = request.param == "plain"
    return world


def once(world: World, text: str = "only once") -> bool:
    item = world.first()
    there = world.comments_there(item.remote_key)
    return there == [f"{world.person}:\n{text}"] and world.comments(item) == [
        (str(world.person), text)
    ]


def test_the_answer_was_lost(kept: World) -> None:
    kept.comment(kept.first(), "only once")
    kept.fault("answer_lost", times=1, method="POST", path=POSTS)
    kept.push(rounds=1)
    assert Change.objects.get(kind="comment").state == "looking"
    kept.poll()  # a read that shows it brings in no second one
    kept.settle()
    assert once(kept)


@pytest.mark.parametrize(
    "point", ["comment.claimed", "comment.sent", "comment.settled", "comment.found"]
)
def test_the_worker_died(kept: World, killed_at, point: str) -> None:
    kept.comment(kept.first(), "only once")
    if point == "comment.found":
        with killed_at("comment.sent"):
            kept.push(rounds=1)
    with killed_at(point):
        kept.push(rounds=1)
    kept.poll()
    for _ in range(4):
        kept.settle()
    assert once(kept)


def test_it_was_changed_and_read_meanwhile(kept: World, killed_at) -> None:
    comment = kept.comment(kept.first(), "one")
    with killed_at("comment.sent"):
        kept.push(rounds=1)
    kept.poll()
    comment_editing.edit_comment(comment.pk, "only once", actor=kept.person)
    kept.settle()
    kept.settle()
    assert once(kept)


def test_nobody_took_it_and_it_is_sent_again_after_two_looks(world: World) -> None:
    world.fault("error", 500, times=1, method="POST", path=POSTS)
    world.comment(world.first(), "only once")
    world.push(rounds=1)
    world.make_due()
    world.push(rounds=1)
    change = Change.objects.get(kind="comment")
    assert (change.state, change.code) == ("looking", "looked:1")
    world.settle()
    assert once(world)


def test_after_three_losses_a_person_is_asked_and_it_is_looked_for_first(world: World) -> None:
    world.fault("error", 500, method="POST", path=POSTS)
    world.comment(world.first(), "only once")
    for _ in range(8):
        world.push()
    change = Change.objects.get(kind="comment")
    assert (change.state, change.code) == ("parked", "outcome_unknown")
    world.mend()
    world.fault("answer_lost", times=1, method="POST", path=POSTS)
    replay.replay_change(change, actor=world.person)
    for _ in range(3):
        world.settle()
    assert once(world)


def test_what_the_account_wrote_by_hand_is_one_of_jiras(world: World) -> None:
    item = world.first()
    world.comment(item, "ours")
    world.settle()
    site = world.handle.site
    world.comment_there(item.remote_key, "by hand")
    site.issue(item.remote_key).comments[-1].author = site.users["svc-alm"]
    world.poll()
    assert [text for _who, text in world.comments(item)] == ["ours", "by hand"]
    assert Comment.objects.filter(item=item, from_jira=True).count() == 1
