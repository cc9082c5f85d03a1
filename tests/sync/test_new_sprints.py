"""Iterations become sprints in Jira on request, each once; what differs later is shown."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from almconnect.lib.api import Refused
from planning.models import Iteration, Pi, SprintLink, Team
from planning.sprint_names import iteration_name, sprint_name
from sync.mapping import new_sprints
from tests.sync.world import World


@pytest.fixture
def planned(world: World) -> Iteration:
    pi = Pi.objects.create(name="PI 2099.1")
    return Iteration.objects.create(
        pi=pi, index=1, name="99.1.1", start=date(2099, 1, 5), end=date(2099, 1, 18)
    )


def team_of(world: World) -> Team:
    return Team.objects.select_related("project__connection").get(pk=world.team.pk)


def make(world: World, iteration: Iteration) -> list[SprintLink]:
    return new_sprints.make(team_of(world), [iteration], actor=world.person)


def named(world: World, name: str) -> list[Any]:
    return [one for one in world.handle.site.sprints.values() if one.name == name]


def test_a_sprint_is_made_once_with_the_iterations_days(world: World, planned: Iteration):
    assert planned in new_sprints.lacking(team_of(world))
    (link,) = make(world, planned)
    (sprint,) = named(world, "Falcon 99.1.1")
    assert (link.sprint_id, link.sprint_name, link.sprint_state) == (
        sprint.id,
        "Falcon 99.1.1",
        "future",
    )
    assert (link.sprint_start, link.sprint_end, link.drift) == (planned.start, planned.end, {})
    assert planned not in new_sprints.lacking(team_of(world))
    with pytest.raises(Refused, match="has its sprint already"):
        make(world, planned)


def test_a_lost_answer_makes_no_second_one(world: World, planned: Iteration):
    world.fault("answer_lost", 1, path="/rest/agile/1.0/sprint")
    (link,) = make(world, planned)
    (sprint,) = named(world, "Falcon 99.1.1")
    assert link.sprint_id == sprint.id


def test_items_moved_into_it_reach_the_sprint(world: World, planned: Iteration):
    (link,) = make(world, planned)
    item = world.first()
    world.edit(item, iteration=str(planned.pk))
    world.settle()
    field = world.project.field_map["iteration"]
    sprints = world.issue(item.remote_key)[field]
    assert str(link.sprint_id) in str(sprints)


def test_what_jira_changes_or_deletes_shows_as_drift(world: World, planned: Iteration, client_of):
    (link,) = make(world, planned)
    path = f"/rest/agile/1.0/sprint/{link.sprint_id}"
    world.jira("POST", path, name="Release week", startDate="2099-01-07T00:00:00.000Z")
    world.reconcile()
    link.refresh_from_db()
    assert link.drift == {"name": "Release week", "start": "2099-01-07"}
    page = client_of(world.person).get(reverse("planning:frame")).content.decode()
    assert "named otherwise" in page
    world.jira("DELETE", path)
    world.reconcile()
    link.refresh_from_db()
    assert link.drift == {"state": "gone"}


def test_by_page_and_by_api(world: World, planned: Iteration, client_of, api, token_of):
    rest = api(token_of(world.person))
    answer = rest.post(f"/iterations/{planned.pk}/sprints", {"team": str(world.team.pk)})
    assert answer.status_code == 201, answer.content
    assert answer.json()["name"] == "Falcon 99.1.1"
    shown = rest.get(f"/iterations/{planned.pk}").json()
    assert shown["sprints"] == {str(world.team.pk): answer.json()["sprint"]}
    assert shown["drift"] == {}
    again = rest.post(f"/iterations/{planned.pk}/sprints", {"team": str(world.team.pk)})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "has_sprint")
    second = Iteration.objects.create(pi=planned.pi, index=2, name="99.1.2")
    page = client_of(world.person)
    address = reverse("sync:project", args=[world.project.pk])
    assert "99.1.2" in page.get(address).content.decode()
    done = page.post(
        reverse("sync:make_sprints", args=[world.project.pk]),
        {"iteration": [str(second.pk)]},
        follow=True,
    )
    assert "In Jira now: Falcon 99.1.2." in done.content.decode()
    assert SprintLink.objects.filter(iteration=second, team=world.team).exists()


def test_without_the_right_to_manage_sprints_the_page_says_so(
    world: World, planned: Iteration, client_of
):
    world.grant("MANAGE_SPRINTS_PERMISSION", granted=False)
    page = client_of(world.person)
    address = reverse("sync:make_sprints", args=[world.project.pk])
    answer = page.post(address, {"iteration": [str(planned.pk)]})
    assert answer.status_code == 409
    assert answer.context["diagnosis"]["code"] == "permission_refused"
    assert not SprintLink.objects.filter(iteration=planned).exists()


@pytest.mark.parametrize(
    ("iteration", "team", "expected"),
    [
        ("26.4.2", "Team Falcon", "Falcon 26.4.2"),
        ("Iteration 3", "Otter", "Otter Sprint 3"),
        ("IP", "A team with a very long name indeed", "A team with a very long nam IP"),
        ("An iteration with thirty chars", "Falcon", "An iteration with thirty chars"),
    ],
)
def test_names_fit_jira_and_lead_back(iteration: str, team: str, expected: str):
    assert sprint_name(iteration, team) == expected
    assert len(expected) <= 30
    if len(team) < 20:
        assert iteration_name(expected, team) == iteration
