"""The team by a field: a choice list, or the Team field of Atlassian's teams and Advanced Roadmaps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning.models import Change, Team
from sync.mapping import project_mapping
from sync.models import Conflict, Run
from sync.runs import project_runs
from tests.sync.world import World


@dataclass
class Squads:
    """A field of Jira with the choices Falcon, Red and Green; on the board there is no team Green."""

    world: World
    kind: str
    id: str
    choices: dict[str, str]
    red: Team

    def sent(self, name: str | None) -> Any:
        """As a client of this kind of field sends a choice."""
        if name is None:
            return None
        return {"value": name} if self.kind == "select" else self.choices[name]

    def word(self, name: str) -> str:
        """What stands for a team in the mapping."""
        return name if self.kind == "select" else self.choices[name]

    def shown(self, key: str) -> str | None:
        value = self.world.issue(key)[self.id]
        return None if value is None else value["value" if self.kind == "select" else "title"]

    def set_in_jira(self, key: str, name: str | None) -> None:
        self.world.edit_issue(key, **{self.id: self.sent(name)})

    def choose(self, falcon: str = "", red: str = "") -> MappedProject:
        """In the mapping; then every issue is read again by it."""
        values = {
            str(self.world.team.pk): falcon or self.word("Falcon"),
            str(self.red.pk): red or self.word("Red"),
        }
        source = {"kind": "field", "field": self.id, "values": values}
        project = MappedProject.objects.get(pk=self.world.project.pk)
        project_mapping.change(project, actor=self.world.person, values={"team_source": source})
        for run in Run.objects.filter(state="waiting"):
            while project_runs.work(run.pk):
                pass
        self.world.project.refresh_from_db()
        self.world.settle()
        return self.world.project


@pytest.fixture(params=["select", "team"])
def squads(request: pytest.FixtureRequest, world: World) -> Squads:
    name = "Squad" if request.param == "select" else "Team"
    made = world.control(
        "POST", "fields", kind=request.param, choices=["Falcon", "Red", "Green"], **{"name": name}
    )
    red = Team.objects.create(name="Red")
    return Squads(world, request.param, made["id"], made["choices"], red)


def test_the_boards_teams_are_told_and_taken_away(squads: Squads):
    world = squads.world
    squads.choose()
    item = world.first()
    assert squads.shown(item.remote_key) == "Falcon"
    for team, shown in ((squads.red, "Red"), (None, None), (world.team, "Falcon")):
        world.edit(item, team=str(team.pk) if team else None, iteration=None)
        world.settle()
        item.refresh_from_db()
        assert squads.shown(item.remote_key) == shown
        assert (item.team, item.sync_state) == (team, "synced")


def test_an_item_follows_its_issue(squads: Squads):
    world = squads.world
    squads.choose()
    before = Change.objects.count()
    item = world.first()
    for name, team in (("Red", squads.red), (None, None), ("Falcon", world.team)):
        squads.set_in_jira(item.remote_key, name)
        world.settle()
        item.refresh_from_db()
        assert (item.team, item.sync_state) == (team, "synced")
    assert Change.objects.count() == before


def test_new_ones_of_either_side_carry_their_team(squads: Squads):
    world = squads.world
    squads.choose()
    item = world.create("Of the red team", team=str(squads.red.pk))
    key = world.create_issue("From Jira", **{squads.id: squads.sent("Red")})
    world.settle()
    item.refresh_from_db()
    assert squads.shown(item.remote_key) == "Red"
    assert (item.team, item.sync_state) == (squads.red, "synced")
    assert world.item(key).team == squads.red


def test_a_team_that_the_board_has_not_is_told_by_its_name(squads: Squads):
    world = squads.world
    squads.choose()
    item = world.first()
    squads.set_in_jira(item.remote_key, "Green")
    world.settle()
    item.refresh_from_db()
    assert (item.team, item.sync_state) == (world.team, "parked")
    assert "“Green” in Jira stands for no team here" in item.sync_detail
    world.edit(item, team=str(squads.red.pk))
    world.settle()
    item.refresh_from_db()
    assert (squads.shown(item.remote_key), item.sync_state) == ("Red", "synced")


def test_both_sides_changing_it_is_a_conflict_that_ends_equal(squads: Squads):
    world = squads.world
    squads.choose()
    item = world.first()
    squads.set_in_jira(item.remote_key, None)
    world.settle()
    world.edit(item, team=str(squads.red.pk))
    squads.set_in_jira(item.remote_key, "Falcon")
    world.settle()
    item.refresh_from_db()
    conflict = Conflict.objects.get()
    assert (conflict.field, conflict.jira) == ("team", str(world.team.pk))
    assert (item.team, squads.shown(item.remote_key)) == (world.team, "Falcon")


def test_a_team_is_given_by_the_name_that_issues_show(squads: Squads):
    squads.set_in_jira(squads.world.first().remote_key, "Red")
    project = squads.choose(red="Red")
    assert project.team_source["values"][str(squads.red.pk)] == squads.word("Red")


def test_what_is_no_choice_and_no_team_is_refused(squads: Squads):
    with pytest.raises(Refused) as caught:
        squads.choose(red="None such")
    words = {
        "select": "“Squad” has no choice “None such”. It has: Falcon, Red, Green.",
        "team": "No issue of the project names a team “None such”, and it is no team's id.",
    }
    assert caught.value.message.startswith(words[squads.kind])
    assert MappedProject.objects.get(pk=squads.world.project.pk).team_source == {}


def test_two_names_of_one_team_are_refused(squads: Squads):
    squads.set_in_jira(squads.world.first().remote_key, "Red")
    with pytest.raises(Refused, match="cannot stand for two teams"):
        squads.choose(falcon=squads.word("Red"), red="Red")


@pytest.mark.parametrize("squads", ["team"], indirect=True)
def test_a_team_that_jira_has_not_is_parked_with_its_reason(squads: Squads):
    """The choices of a list are known when the mapping is saved; teams are not."""
    world = squads.world
    squads.choose(red="no-such-id")
    item = world.edit(world.first(), team=str(squads.red.pk), summary="Goes all the same")
    world.settle()
    item.refresh_from_db()
    assert item.sync_state == "parked"
    assert "Team Id 'no-such-id' is not valid" in item.sync_detail
    assert world.issue(item.remote_key)["summary"] == "Goes all the same"


def test_the_api_takes_it(squads: Squads, api: Callable[..., Any], token_of: Callable[..., str]):
    world = squads.world
    caller = api(token_of(world.person))
    source = {
        "kind": "field",
        "field": squads.id,
        "values": {str(squads.red.pk): squads.word("Red")},
    }
    answer = caller.patch(f"/projects/{world.project.pk}", {"team_source": source})
    assert answer.json()["team_source"] == source


@pytest.mark.parametrize("squads", ["team"], indirect=True)
def test_a_subtask_has_the_team_of_its_parent(squads: Squads):
    world = squads.world
    project_mapping.change(
        world.project, actor=world.person, values={"type_map": {"Sub-task": "10003"}}
    )
    squads.choose()
    story = world.first()
    item = world.create("Below", type="Sub-task", parent=str(story.pk), team=str(world.team.pk))
    other = world.create(
        "Below too", type="Sub-task", parent=str(story.pk), team=str(squads.red.pk)
    )
    world.settle()
    item.refresh_from_db()
    other.refresh_from_db()
    assert (item.team, item.sync_state) == (world.team, "synced")
    assert squads.shown(item.remote_key) == squads.shown(other.remote_key) == "Falcon"
    assert other.sync_state == "parked"
    assert "team of its parent" in other.sync_detail
