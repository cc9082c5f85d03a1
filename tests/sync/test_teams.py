"""Two teams in one project: a label, a component or a field says whose an issue is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning.models import Change, Iteration, Pi, SprintLink, Team, WorkItem
from sync.mapping import project_mapping
from sync.models import Conflict, Run
from sync.runs import project_runs
from tests.sync.world import PROJECT, World


@pytest.fixture
def red(world: World) -> Team:
    return Team.objects.create(name="Red")


def source(world: World, red: Team, kind: str, **more: Any) -> None:
    """Team Falcon and team Red of one project, told apart by `kind`; everything is read again."""
    if kind == "component":
        world.jira("POST", "/rest/api/2/component", name="red-team", project=PROJECT)
        world.jira("POST", "/rest/api/2/component", name="falcon-team", project=PROJECT)
    project = MappedProject.objects.get(pk=world.project.pk)
    values = {str(world.team.pk): "falcon-team", str(red.pk): "red-team"}
    project_mapping.change(
        project,
        actor=world.person,
        values={"team_source": {"kind": kind, "values": values, **more}},
    )
    for run in Run.objects.filter(state="waiting"):
        while project_runs.work(run.pk):
            pass
    world.project.refresh_from_db()
    world.settle()


def names(world: World, item: WorkItem, kind: str) -> set[str]:
    fields = world.issue(item.remote_key)
    if kind == "label":
        return set(fields["labels"])
    return {one["name"] for one in fields["components"]}


def set_in_jira(world: World, key: str, kind: str, *words: str) -> None:
    if kind == "label":
        world.edit_issue(key, labels=list(words))
    else:
        world.edit_issue(key, components=[{"name": word} for word in words])


@pytest.mark.parametrize("kind", ["label", "component"])
def test_the_boards_teams_are_told_and_what_else_is_there_stays(world: World, red: Team, kind: str):
    item = world.first()
    set_in_jira(world, item.remote_key, kind, "Web")
    world.poll()
    source(world, red, kind)
    assert names(world, item, kind) == {"Web", "falcon-team"}
    world.edit(item, team=str(red.pk))
    world.settle()
    assert names(world, item, kind) == {"Web", "red-team"}
    item.refresh_from_db()
    assert (item.team_id, item.sync_state) == (red.pk, "synced")


@pytest.mark.parametrize("kind", ["label", "component"])
def test_an_item_follows_its_issue(world: World, red: Team, kind: str):
    source(world, red, kind)
    item = world.first()
    set_in_jira(world, item.remote_key, kind, "Web", "red-team")
    world.settle()
    item.refresh_from_db()
    assert item.team_id == red.pk
    before = Change.objects.count()
    world.settle()
    assert Change.objects.count() == before
    assert names(world, item, kind) == {"Web", "red-team"}


@pytest.mark.parametrize("kind", ["label", "component"])
def test_a_new_item_carries_its_team(world: World, red: Team, kind: str):
    source(world, red, kind)
    item = world.create("Of the red team", team=str(red.pk), labels=["own"])
    world.settle()
    item.refresh_from_db()
    assert "red-team" in names(world, item, kind)
    assert (item.labels, item.team_id, item.sync_state) == (["own"], red.pk, "synced")
    key = world.create_issue("From Jira")
    set_in_jira(world, key, kind, "falcon-team")
    world.settle()
    assert world.item(key).team_id == world.team.pk


def test_a_teams_label_is_no_label_of_the_item(world: World, red: Team):
    source(world, red, "label")
    item = world.first()
    set_in_jira(world, item.remote_key, "label", "falcon-team", "a")
    world.settle()
    item.refresh_from_db()
    assert item.labels == ["a"]
    world.edit(item, labels=["b"])
    set_in_jira(world, item.remote_key, "label", "red-team", "a")
    world.settle()
    item.refresh_from_db()
    assert (item.labels, item.team_id) == (["b"], red.pk)
    assert names(world, item, "label") == {"b", "red-team"}
    assert not Conflict.objects.exists()


def test_labels_that_say_two_teams_are_told_and_a_choice_on_the_board_settles_it(
    world: World, red: Team
):
    source(world, red, "label")
    item = world.first()
    set_in_jira(world, item.remote_key, "label", "falcon-team", "red-team")
    world.settle()
    item.refresh_from_db()
    assert item.team_id == world.team.pk
    assert item.sync_state == "parked"
    assert "stands for no team here, or for several" in item.sync_detail
    world.edit(item, team=str(red.pk), summary="Still goes")
    world.settle()
    item.refresh_from_db()
    assert names(world, item, "label") == {"red-team"}
    assert (item.team_id, item.sync_state) == (red.pk, "synced")


def test_both_sides_changing_the_team_is_a_conflict(world: World, red: Team):
    source(world, red, "label")
    blue = Team.objects.create(name="Blue")
    values = {**world.project.team_source["values"], str(blue.pk): "blue"}
    project_mapping.change(
        world.project,
        actor=world.person,
        values={"team_source": {"kind": "label", "values": values}},
    )
    item = world.edit(world.first(), team=str(red.pk))
    set_in_jira(world, item.remote_key, "label", "blue")
    world.settle()
    item.refresh_from_db()
    conflict = Conflict.objects.get()
    assert (conflict.field, conflict.board, conflict.jira) == ("team", str(red.pk), str(blue.pk))
    assert item.team_id == blue.pk


def test_each_teams_iteration_is_its_own_sprint(world: World, red: Team):
    source(world, red, "label")
    first, second = [one.id for one in world.handle.site.sprints.values() if one.state != "closed"][
        :2
    ]
    pi = Pi.objects.create(name="PI 9")
    iteration = Iteration.objects.create(pi=pi, index=1, name="Iteration 1")
    for team, sprint in ((world.team, first), (red, second)):
        SprintLink.objects.create(iteration=iteration, team=team, sprint_id=sprint)
    item = world.edit(world.first(), team=str(red.pk), iteration=str(iteration.pk))
    world.settle()
    assert item.remote_id in {
        str(i.id)
        for i in world.handle.site.issues.values()
        if i.values["sprints"] and i.values["sprints"][-1].id == second
    }
    world.edit(item, team=str(world.team.pk))
    world.settle()
    item.refresh_from_db()
    issue = world.handle.site.issue(int(item.remote_id))
    assert issue.values["sprints"][-1].id == first
    assert (item.iteration_id, item.sync_state) == (iteration.pk, "synced")


def test_a_text_field_says_the_team(world: World, red: Team):
    field = next(f.id for f in world.handle.site.fields.values() if f.name == "Epic Name")
    source(world, red, "field", field=field)
    item = world.first()
    assert world.issue(item.remote_key)[field] == "falcon-team"
    world.edit_issue(item.remote_key, **{field: "red-team"})
    world.settle()
    item.refresh_from_db()
    assert item.team_id == red.pk
    world.edit_issue(item.remote_key, **{field: "Strangers"})
    world.settle()
    item.refresh_from_db()
    assert item.team_id == red.pk
    assert "“Strangers” in Jira stands for no team" in item.sync_detail


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"kind": "label", "values": {"team": "two words"}}, "A label holds no spaces"),
        ({"kind": "component", "values": {"team": "None such"}}, "has no component “None such”"),
        ({"kind": "field", "field": "summary", "values": {"team": "x"}}, "Choose a field"),
    ],
)
def test_what_jira_has_not_is_refused(world: World, wanted: dict, words: str):
    wanted = {**wanted, "values": {str(world.team.pk): wanted["values"]["team"]}}
    with pytest.raises(Refused, match=words):
        project_mapping.change(world.project, actor=world.person, values={"team_source": wanted})
    assert MappedProject.objects.get(pk=world.project.pk).team_source == {}


def test_the_api_shows_and_sets_it(world: World, red: Team, api: Callable, token_of: Callable):
    caller, address = api(token_of(world.person)), f"/projects/{world.project.pk}"
    assert caller.get(address).json()["team_source"] == {
        "kind": "project",
        "field": "",
        "values": {},
    }
    wanted = {"kind": "label", "values": {str(red.pk): "red"}}
    answer = caller.patch(address, {"team_source": wanted})
    assert answer.json()["team_source"] == {**wanted, "field": ""}
    both = {"kind": "label", "values": {str(red.pk): "red", str(world.team.pk): "red"}}
    assert caller.patch(address, {"team_source": both}).status_code == 422
    back = caller.patch(address, {"team_source": {"kind": "project"}})
    assert back.json()["team_source"]["kind"] == "project"
