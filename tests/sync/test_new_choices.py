"""Choices that a field of Jira got after the mapping: offered at once and said; a team's choice paired."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connections.models import MappedProject
from planning.custom_values import choices_of
from planning.models import Team
from sync.mapping import mapping_check, project_mapping
from sync.pairs import new_choices
from tests.sync.test_own_fields import mapped
from tests.sync.world import World


def add_choice(world: World, field: str, name: str) -> None:
    site = world.handle.site
    with site.lock:
        known = site.fields[field]
        site.fields[field] = replace(known, choices=(*known.choices, (f"77{len(name)}", name)))


def project_of(world: World) -> MappedProject:
    return MappedProject.objects.get(pk=world.project.pk)


def messages(world: World) -> str:
    return " ".join(one.message for one in mapping_check.check(project_of(world)).findings)


@pytest.fixture
def teams(world: World) -> str:
    """The id of a choice list that says the team; it has Falcon, and on the board there is a team Red."""
    sent = {"name": "Squad", "kind": "select", "choices": ["Falcon"], "projects": ["FALCON"]}
    field: str = world.control("POST", "fields", **sent)["id"]
    Team.objects.create(name="Red")
    values = {"kind": "field", "field": field, "values": {str(world.team.pk): "Falcon"}}
    project_mapping.change(project_of(world), actor=world.person, values={"team_source": values})
    world.reconcile()
    return field


def test_a_new_choice_of_the_customers_field_is_offered_and_said(world: World) -> None:
    field, remote = mapped(world, "choice", "select")
    assert "New choices" not in messages(world)
    add_choice(world, remote, "Oslo")
    world.reconcile()
    assert "Oslo" in choices_of(project_of(world), field)
    assert "New choices of “Extra” in Jira, which the board offers too: Oslo." in messages(world)
    item = world.edit(world.first(), **{field.word: "Oslo"})
    world.settle()
    assert world.issue(item.remote_key)[remote]["value"] == "Oslo"


def test_it_is_said_for_two_weeks(world: World) -> None:
    _field, remote = mapped(world, "choice", "select")
    add_choice(world, remote, "Oslo")
    world.reconcile()
    project = project_of(world)
    ((word, since),) = project.facts[new_choices.LATER].items()
    later = {word: dict.fromkeys(since, "2020-01-01T00:00:00+00:00")}
    MappedProject.objects.update(facts={**project.facts, new_choices.LATER: later})
    assert "New choices" not in messages(world)
    world.reconcile()
    assert project_of(world).facts[new_choices.LATER] == {}


def test_a_new_choice_is_the_teams_of_its_name(world: World, teams: str) -> None:
    add_choice(world, teams, "Red")
    key = world.create_issue("for the reds", **{teams: {"value": "Red"}})
    world.reconcile()
    assert project_of(world).team_source["values"][str(Team.objects.get(name="Red").pk)] == "Red"
    assert world.item(key).team.name == "Red"
    assert "paired with the team of the same name: Red" in messages(world)


def test_one_that_no_team_is_called_like_is_left_to_a_person(world: World, teams: str) -> None:
    add_choice(world, teams, "Green")
    world.reconcile()
    assert list(project_of(world).team_source["values"].values()) == ["Falcon"]
    assert "New in Jira, and no team's yet: Green" in messages(world)


def test_what_a_person_took_out_stays_out(world: World, teams: str) -> None:
    add_choice(world, teams, "Red")
    world.reconcile()
    values = {"kind": "field", "field": teams, "values": {str(world.team.pk): "Falcon"}}
    project_mapping.change(project_of(world), actor=world.person, values={"team_source": values})
    world.reconcile()
    assert list(project_of(world).team_source["values"].values()) == ["Falcon"]
