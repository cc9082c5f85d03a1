"""Mapping by the page: one look and one click, its team, its sprints; and what can go wrong."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from connections.models import Connection, MappedProject
from planning.models import Art, Iteration, Pi, SprintLink, Team, WorkItem
from sync.models import Run
from sync.runs import project_runs
from tests.sync.pages.conftest import filled, text_of
from tests.sync.world import PROJECT


def address(connection: Connection, key: str = PROJECT) -> str:
    return reverse("sync:map", args=[connection.pk]) + f"?key={key}"


def work() -> None:
    for run in Run.objects.filter(state="waiting"):
        while project_runs.work(run.pk):
            pass


def test_one_click_maps_a_normal_project(page: Client, connection: Connection):
    look = page.get(address(connection))
    assert look.status_code == 200
    assert "Story points" in text_of(look)
    assert "board" in look.context["look"].board.name
    answer = page.post(address(connection), {**filled(look), "key": PROJECT}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("sync:projects", args=[connection.pk])
    project = MappedProject.objects.get()
    team = Team.objects.get(project=project)
    assert team.name == "Team Falcon"
    sprints = SprintLink.objects.filter(team=team).order_by("iteration__index")
    assert [link.sprint_name for link in sprints] == [f"Falcon 26.4.{n}" for n in (2, 3, 4, 5)]
    assert [one.name for one in Iteration.objects.order_by("index")] == [
        f"26.4.{n}" for n in (2, 3, 4, 5)
    ]
    assert Pi.objects.get().start == Iteration.objects.order_by("index")[0].start
    assert "4 sprints are now iterations" in text_of(answer)
    work()
    items = WorkItem.objects.filter(project=project)
    assert items.exists()
    assert set(items.values_list("team", flat=True)) == {team.pk}
    assert items.exclude(iteration=None).exists()


def test_the_second_team_shares_the_pi(page: Client, connection: Connection):
    for key in (PROJECT, "OTTER"):
        look = page.get(address(connection, key))
        page.post(address(connection, key), {**filled(look), "key": key})
    assert Pi.objects.count() == 1
    assert Iteration.objects.count() == 4
    assert SprintLink.objects.count() == 8


def test_a_programme_project_belongs_to_an_art(page: Client, connection: Connection):
    look = page.get(address(connection, "ART"))
    assert look.context["form"]["owner"].value() == "art:new"
    assert "take_sprints" not in look.context["form"].fields
    page.post(address(connection, "ART"), {**filled(look), "key": "ART", "owner_name": "Rail"})
    assert Art.objects.get(name="Rail").project == MappedProject.objects.get()


def test_an_existing_team_and_other_options(page: Client, connection: Connection):
    team = Team.objects.create(name="Reds")
    look = page.get(address(connection))
    sent = filled(look, owner=f"team:{team.pk}", direction="from_jira", jql="labels is empty")
    del sent["take_sprints"]
    page.post(address(connection), {**sent, "key": PROJECT})
    project = MappedProject.objects.get()
    assert (project.direction, project.jql) == ("from_jira", "labels is empty")
    team.refresh_from_db()
    assert team.project == project
    assert not Pi.objects.exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"owner_name": ""}, "Give the new one a name."),
        ({"owner_name": "Taken"}, "exists already"),
        ({"pi": "new", "pi_name": ""}, "Give the new PI a name."),
        ({"owner": "art:new", "owner_name": "R", "take_sprints": "on"}, "Sprints are a team"),
        ({"jql": "colour = red AND ("}, "jql"),
        ({"direction": "sideways"}, "not one of the available choices"),
    ],
)
def test_wrong_input_is_a_sentence_and_maps_nothing(
    page: Client, connection: Connection, typed: dict[str, str], sentence: str
):
    Team.objects.create(name="Taken")
    look = page.get(address(connection))
    answer = page.post(address(connection), {**filled(look, **typed), "key": PROJECT})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert set(answer.context["form"].errors) & set(typed)
    assert not MappedProject.objects.exists()


def test_an_unknown_project_and_one_mapped_already(page: Client, connection: Connection):
    answer = page.get(address(connection, "NOPE"), follow=True)
    assert "does not see a project" in text_of(answer)
    look = page.get(address(connection))
    page.post(address(connection), {**filled(look), "key": PROJECT})
    again = page.post(address(connection), {**filled(look), "key": PROJECT}, follow=True)
    assert "is mapped already" in text_of(again)
    assert MappedProject.objects.count() == 1


def test_a_jira_that_does_not_answer_is_diagnosed(page: Client, connection: Connection):
    Connection.objects.update(base_url="http://127.0.0.1:9")
    answer = page.get(address(connection))
    assert answer.status_code == 409
    assert "diagnosis-what" in text_of(answer)
