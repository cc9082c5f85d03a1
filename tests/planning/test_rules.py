"""What a board field may hold: one table of good and one of bad values, tried through the verb."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning.fields import value_of
from planning.item_editing import create_item, edit_item
from planning.models import Change, Iteration, Team, WorkItem

Make = Callable[..., WorkItem]


@pytest.mark.parametrize(
    ("field", "given", "stored"),
    [
        ("summary", "  Brakes, new  ", "Brakes, new"),
        ("summary", "x" * 255, "x" * 255),
        ("description", "a\r\nb\n", "a\nb\n"),
        ("description", None, ""),
        ("status", "in progress", "In Progress"),
        ("type", "story", "Story"),
        ("story_points", 3, 3.0),
        ("wsjf", 0.5, 0.5),
        ("labels", ["b", "a", "b"], ["b", "a"]),
        ("assignee", "u1", {"id": "u1", "name": "u1"}),
        ("assignee", {"id": "u1", "name": "Uma"}, {"id": "u1", "name": "Uma"}),
        ("reporter", {"id": "", "name": ""}, None),
        ("priority", "Highest", "Highest"),
        ("rank", "0|i0001f:", "0|i0001f:"),
    ],
)
def test_good_values_are_stored(make_item: Make, field: str, given: Any, stored: Any) -> None:
    item = edit_item(make_item("Old").pk, actor=None, values={field: given})
    item.refresh_from_db()
    assert value_of(item, field) == stored


@pytest.mark.parametrize(
    ("field", "given"),
    [
        *(("summary", bad) for bad in ("", "  ", None, 7, "a\nb", "a\u2028b", "a\x00", "x" * 256)),
        *(("description", bad) for bad in (["a"], "x" * 32_768, "\ud800")),
        *(("story_points", bad) for bad in (-1, math.nan, math.inf, True, "3", 1e10)),
        *(("labels", bad) for bad in ("a", ["a b"], [""], [1], ["x"] * 101)),
        *(("assignee", bad) for bad in ({"id": "u", "key": "k"}, ["u"], "x" * 256)),
        *(("parent", "x"), ("team", "x"), ("iteration", 7), ("status", "Never"), ("type", "Epic")),
        *(("project", None), ("version_", 1), ("remote_key", "ABC-1"), ("sync_state", "synced")),
    ],
)
def test_bad_values_are_refused_by_name(make_item: Make, field: str, given: Any) -> None:
    item = make_item()
    with pytest.raises(Refused) as refusal:
        edit_item(item.pk, actor=None, values={field: given})
    assert refusal.value.status == 422
    assert list(refusal.value.fields) == [field]
    assert Change.objects.count() == 1


def test_an_iteration_needs_a_team_that_plans_in_it(
    make_item: Make, map_project: Callable[..., MappedProject], iterations: list[Iteration]
) -> None:
    item = make_item("Alone", project=map_project("NOT"))
    for values, field in (
        ({"iteration": iterations[0].pk}, "iteration"),
        ({"iteration": iterations[0].pk, "team": None}, "iteration"),
    ):
        with pytest.raises(Refused) as refusal:
            edit_item(item.pk, actor=None, values=values)
        assert field in refusal.value.fields
    foreign = Team.objects.create(
        name="Green", art=type(iterations[0].pi.art).objects.create(name="X")
    )
    with pytest.raises(Refused, match="another ART"):
        edit_item(item.pk, actor=None, values={"iteration": iterations[0].pk, "team": foreign.pk})


def test_the_projects_own_team_is_the_default(
    make_item: Make, team: Team, iterations: list[Iteration]
) -> None:
    assert make_item().team_id == team.pk
    item = make_item("Late", team=None)
    assert item.team_id is None
    edit_item(item.pk, actor=None, values={"iteration": iterations[1].pk})
    item.refresh_from_db()
    assert item.team_id == team.pk
    with pytest.raises(Refused, match="planned by a team"):
        edit_item(item.pk, actor=None, values={"team": None})


def test_parents_form_no_circle(make_item: Make) -> None:
    top, middle, leaf = make_item("Top"), make_item("Middle"), make_item("Leaf")
    edit_item(middle.pk, actor=None, values={"parent": top.pk})
    edit_item(leaf.pk, actor=None, values={"parent": middle.pk})
    for parent in (top, middle, leaf):
        with pytest.raises(Refused, match="circle"):
            edit_item(top.pk, actor=None, values={"parent": parent.pk})


def test_a_project_synced_from_jira_only_is_read_only(
    map_project: Callable[..., MappedProject],
) -> None:
    project = map_project("ABC")
    item = create_item(actor=None, project=project, type="Story", summary="Brakes")
    project.direction = "from_jira"
    project.save()
    for verb in (
        lambda: create_item(actor=None, project=project, type="Story", summary="New"),
        lambda: edit_item(item.pk, actor=None, values={"summary": "New"}),
    ):
        with pytest.raises(Refused, match="read-only here") as refusal:
            verb()
        assert (refusal.value.status, refusal.value.code) == (409, "read_only")


def test_the_type_of_an_item_in_jira_is_jiras(make_item: Make) -> None:
    item = make_item()
    WorkItem.objects.filter(pk=item.pk).update(remote_id="1", remote_key="ABC-1")
    with pytest.raises(Refused) as refusal:
        edit_item(item.pk, actor=None, values={"type": "Story"})
    assert (refusal.value.status, refusal.value.code) == (409, "type_fixed")
    assert edit_item(item.pk, actor=None, values={"type": "Feature"}).version == 1
