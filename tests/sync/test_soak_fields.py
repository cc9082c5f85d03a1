"""The soak's judgement of what people wrote: each loss that it is to see is put before it here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from jira_sandbox.server import Handle, running
from planning.models import Iteration, Pi, SprintLink, WorkItem
from sync.models import Conflict, Shadow
from tests.soak.checker import violations
from tests.soak.fields import lost
from tests.soak.written import Written
from tests.sync.world import World


@pytest.fixture
def handle() -> Iterator[Handle]:
    """One flavour: only rows are judged here."""
    with running(flavour="cloud") as one:
        yield one


@pytest.fixture
def pair(world: World) -> Shadow:
    """A pair whose status is “In Review” on both sides."""
    item = world.first()
    WorkItem.objects.filter(pk=item.pk).update(status="In Review")
    return Shadow.objects.select_related("item").get(item=item)


@pytest.fixture
def judged(pair: Shadow) -> Callable[[Written], str]:
    return lambda written: "\n".join(lost({pair.remote_id: pair}, written))


def wrote(pair: Shadow, *writes: tuple[str, Any, Any], field: str = "status") -> Written:
    """(side, value seen before, value written), in the order of writing."""
    written = Written()
    for side, saw, value in writes:
        if side == "board":
            written.on_board(str(pair.item_id), field, value, saw)
        else:
            written.in_jira(pair.remote_id, field, value, saw)
    return written


def clash(pair: Shadow, board: Any, jira: Any, *, taken: str = "jira") -> Conflict:
    resolved = timezone.now() if taken else None
    return Conflict.objects.create(
        shadow=pair, field="status", base="To Do", board=board, jira=jira, taken=taken,
        resolved=resolved,
    )  # fmt: skip


def test_what_one_side_alone_wrote_must_stand(pair: Shadow, judged: Callable[[Written], str]):
    assert "I1" in judged(wrote(pair, ("board", "To Do", "Done")))
    assert "I2" in judged(wrote(pair, ("jira", "To Do", "Done")))
    assert judged(wrote(pair, ("board", "To Do", "In Review"))) == ""
    assert judged(wrote(pair, ("jira", "To Do", "Done"), ("jira", "Done", "In Review"))) == ""


def test_of_two_that_did_not_see_each_other_a_conflict_keeps_the_loser(
    pair: Shadow, judged: Callable[[Written], str]
):
    both = wrote(pair, ("board", "To Do", "Done"), ("jira", "To Do", "In Review"))
    assert "I1" in judged(both)
    clash(pair, "Done", "In Review")
    assert judged(both) == ""
    other = wrote(pair, ("board", "To Do", "In Review"), ("jira", "To Do", "In Progress"))
    assert "I2" in judged(other), "a conflict about other values keeps nothing of this"


def test_whoever_saw_the_other_and_wrote_last_stands(
    pair: Shadow, judged: Callable[[Written], str]
):
    knowing = wrote(pair, ("board", "To Do", "Done"), ("jira", "Done", "In Review"))
    assert judged(knowing) == "", "Jira's people replaced it knowingly"
    undone = wrote(pair, ("board", "To Do", "In Review"), ("jira", "In Review", "Done"))
    clash(pair, "To Do", "Done")  # so that Jira's value is kept somewhere
    assert "I2" in judged(undone)
    assert "newer 'Done' was replaced by 'In Review'" in judged(undone)
    back = wrote(pair, ("jira", "To Do", "In Review"), ("board", "In Review", "Done"))
    clash(pair, "Done", "To Do")
    assert "I1" in judged(back)


def test_a_value_that_was_written_and_taken_back_changed_nothing(
    pair: Shadow, judged: Callable[[Written], str]
):
    """Neither has the other side's been seen, only because a side wrote the same in between."""
    there_and_back = (
        ("jira", "To Do", "In Review"),
        ("board", "To Do", "In Review"),
        ("board", "In Review", "To Do"),
    )
    assert judged(wrote(pair, *there_and_back)) == ""
    WorkItem.objects.filter(pk=pair.item_id).update(status="Done")
    pair.item.refresh_from_db()
    assert "which nobody wrote last" in judged(wrote(pair, *there_and_back))


def test_what_nobody_wrote_does_not_stand(pair: Shadow, judged: Callable[[Written], str]):
    clash(pair, "Done", "In Progress")
    both = wrote(pair, ("board", "To Do", "Done"), ("jira", "To Do", "In Progress"))
    assert "I5" in judged(both)
    assert "which nobody wrote last" in judged(both)


def test_what_people_are_asked_about_is_not_lost(pair: Shadow, judged: Callable[[Written], str]):
    clash(pair, "Old", "Older", taken="")
    assert judged(wrote(pair, ("board", "To Do", "Done"))) == ""


def test_each_field_of_the_hands_is_judged(world: World):
    world.settle()
    item = world.first()
    values = {
        "labels": ["lost"], "parent": "00000000-0000-0000-0000-000000000001", "assignee": "nobody",
        "priority": "Lost", "story_points": 99.0, "status": "Lost", "team": "lost",
        "description": "Lost", "summary": "Lost",
        "iteration": "00000000-0000-0000-0000-000000000001",
    }  # fmt: skip
    written = Written()
    for name, value in values.items():
        written.on_board(str(item.pk), name, value, None)
    told = "\n".join(violations(world, written))
    for name in values:
        assert f"I1: {item.remote_key} {name}: the board's" in told


def test_a_completed_sprint_is_left_by_jiras_own_rule(world: World):
    """Its done issues stay in it, the others leave; of an open one neither holds."""
    item = world.first()
    pair = Shadow.objects.select_related("item").get(item=item)
    pi = Pi.objects.create(name="PI 7")
    iteration = Iteration.objects.create(pi=pi, index=1, name="Over")
    link = SprintLink.objects.create(iteration=iteration, team=world.team, sprint_id=777)
    WorkItem.objects.filter(pk=item.pk).update(iteration=None)
    pair.item.refresh_from_db()
    planned = wrote(pair, ("board", None, str(iteration.pk)), field="iteration")
    assert "I1" in "\n".join(lost({pair.remote_id: pair}, planned))
    link.sprint_state = "closed"
    link.save()
    assert lost({pair.remote_id: pair}, planned) == []


def test_what_became_done_after_its_sprint_was_closed_may_be_planned_anew(world: World):
    """It stood in no sprint when somebody closed that one, and is in it again since it is done."""
    item = world.first()
    pair = Shadow.objects.select_related("item").get(item=item)
    pi = Pi.objects.create(name="PI 7")
    over, next_one = (
        str(Iteration.objects.create(pi=pi, index=number, name=f"Iteration {number}").pk)
        for number in (1, 2)
    )
    link = SprintLink.objects.create(iteration_id=over, team=world.team, sprint_id=777)
    WorkItem.objects.filter(pk=item.pk).update(iteration=next_one)
    pair.item.refresh_from_db()
    writes = (("jira", over, None), ("board", over, next_one))
    assert "I2" in "\n".join(lost({pair.remote_id: pair}, wrote(pair, *writes, field="iteration")))
    link.sprint_state = "closed"
    link.save()
    assert lost({pair.remote_id: pair}, wrote(pair, *writes, field="iteration")) == []


def test_a_field_that_jira_tells_nobody_now_is_judged_when_it_does(
    pair: Shadow, judged: Callable[[Written], str]
):
    written = wrote(pair, ("board", "To Do", "Done"))
    assert lost({pair.remote_id: pair}, written, {(pair.remote_id, "status")}) == []
    assert judged(written) != ""
