"""A write that Jira answers with success and does not carry out: sent once more, then a person is asked."""

from __future__ import annotations

from typing import Any

import pytest

from planning.models import Change, WorkItem
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def newest(item: WorkItem) -> Change:
    return Change.objects.filter(item=item).latest("id")


@pytest.mark.parametrize(
    ("method", "path", "values"),
    [
        ("PUT", "/issue/", {"story_points": 8}),
        ("PUT", "/issue/", {"summary": "as the board has it", "description": "two\nlines"}),
        ("POST", "/transitions", {"status": "In Progress"}),
    ],
)
def test_the_edit_stays_and_is_parked_in_words(
    world: World, method: str, path: str, values: dict[str, Any]
) -> None:
    key = world.create_and_read("as Jira has it")
    item = world.item(key)
    world.edit(item, **values)
    world.fault("write_ignored", method=method, path=path)
    world.push(1)
    assert (newest(item).state, newest(item).code) == ("waiting", "not_carried_out")
    world.poll()
    world.push()
    item.refresh_from_db()
    for name, value in values.items():
        assert getattr(item, name) == value, "the read after it must not take the edit back"
    assert newest(item).state == "parked"
    assert "still holds" in newest(item).message
    assert item.sync_state == "parked"
    world.reconcile()
    item.refresh_from_db()
    assert all(getattr(item, name) == value for name, value in values.items())


def test_once_only_is_no_matter(world: World) -> None:
    item = world.item(world.create_and_read("a story"))
    world.edit(item, story_points=8)
    world.fault("write_ignored", method="PUT", path="/issue/", times=1)
    world.push()
    assert newest(item).state == "settled"
    field = world.project.field_map["story_points"]
    assert world.issue(item.remote_key)[field] == 8


def test_a_move_that_did_not_happen(world: World) -> None:
    sprint = next(s.id for s in world.handle.site.sprints.values() if s.state == "active")
    iteration = world.iteration(1, sprint)
    item = world.item(world.create_and_read("a story"))
    world.edit(item, iteration=str(iteration.pk))
    world.fault("write_ignored", method="POST", path="/rest/agile/")
    world.push()
    world.settle()
    item.refresh_from_db()
    assert item.iteration_id == iteration.pk
    assert newest(item).state == "parked"
    assert "nothing there" in newest(item).message


def test_what_jira_still_holds_is_said_by_its_name(world: World) -> None:
    first, second = [
        s.id
        for s in world.handle.site.sprints.values()
        if s.board_id == world.project.board_id and s.state != "closed"
    ][:2]
    one, two = world.iteration(1, first), world.iteration(2, second)
    item = world.item(world.create_and_read("a story"))
    world.edit(item, iteration=str(one.pk))
    world.settle()
    world.edit(item, iteration=str(two.pk))
    world.fault("write_ignored", method="POST", path="/rest/agile/")
    world.push()
    assert f"still holds “{one}”" in newest(item).message


def test_what_somebody_sets_back_is_theirs(world: World, when_at: Any) -> None:
    """Carried out, and then changed back: that is an edit of Jira's side, and is taken over."""
    item = world.item(world.create_and_read("as before"))
    world.edit(item, summary="ours")
    when_at("edit.written", lambda: world.edit_issue(item.remote_key, summary="as before"))
    world.push()
    item.refresh_from_db()
    assert item.summary == "as before"
    assert newest(item).state == "settled"
