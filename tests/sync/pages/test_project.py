"""The page of one mapped project: options, owner, runs, sprints, unmapping."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from accounts.models import User
from connections.models import Connection, MappedProject
from planning.models import Art, Pi, SprintLink, Team, WorkItem
from planning.own_projects import projects_of
from planning.structure_editing import edit_part
from sync.models import Run
from tests.sync.pages.conftest import filled, text_of
from tests.sync.world import World


def address(world: World, name: str = "project") -> str:
    return reverse(f"sync:{name}", args=[world.project.pk])


def test_it_shows_the_runs_with_what_they_found(page: Client, world: World):
    answer = page.get(address(world))
    words = text_of(answer)
    assert "Falcon" in words
    assert "Import" in words
    created = answer.context["runs"][0].findings["created"]
    assert created
    assert f"{created} new on the board" in words
    assert page.get(address(world, "runs")).status_code == 286


def test_options_are_changed_and_the_filter_is_proven_by_jira(page: Client, world: World):
    form = filled(page.get(address(world)))
    sent = {**form, "direction": "paused", "conflict_policy": "ask", "jql": "labels = pi"}
    assert page.post(address(world, "change_project"), sent).status_code == 302
    row = MappedProject.objects.get()
    assert (row.direction, row.conflict_policy, row.jql) == ("paused", "ask", "labels = pi")
    bad = page.post(address(world, "change_project"), {**form, "jql": "colour = ("})
    assert bad.status_code == 422
    assert bad.context["form"].errors["jql"]
    assert MappedProject.objects.get().jql == "labels = pi"


def test_it_can_belong_to_something_else(page: Client, world: World):
    art = Art.objects.create(name="Rail")
    form = filled(page.get(address(world)), owner=f"art:{art.pk}")
    page.post(address(world, "change_project"), form)
    art.refresh_from_db()
    assert art.project == world.project
    assert Team.objects.get(pk=world.team.pk).project is None


def test_an_art_that_gives_it_up_is_told_of_and_one_that_has_others_keeps_them(
    page: Client, world: World
):
    art, other = Art.objects.create(name="Rail"), Art.objects.create(name="Road")
    further = MappedProject.objects.create(
        connection=world.connection, remote_id="4711", key="CAPS", name="Capabilities"
    )
    edit_part("art", art.pk, actor=None, values={"projects": [further.pk]})
    for owner in (art, other):
        form = filled(page.get(address(world)), owner=f"art:{owner.pk}")
        answer = page.post(address(world, "change_project"), form, follow=True)
        kept = [one.key for one in projects_of(Art.objects.get(pk=art.pk))]
        assert kept == ["CAPS", *([world.project.key] if owner == art else [])]
    words = " ".join(text_of(answer).split())
    assert f"Rail has {world.project.key} no more" in words
    assert "What is new of Rail goes to CAPS" in words
    asked = text_of(page.get(address(world, "unmap")))
    assert "that it is the project of Road" in " ".join(asked.split())


def test_comparing_and_importing_are_asked_for_once(page: Client, world: World):
    for kind in ("reconcile", "reconcile", "import", "nonsense"):
        page.post(address(world, "start_run"), {"kind": kind})
    waiting = Run.objects.filter(state="waiting").order_by("created")
    assert [run.kind for run in waiting] == ["reconcile", "import"]
    assert 'hx-trigger="every 1s"' in text_of(page.get(address(world)))


def test_sprints_are_taken_over_later_and_only_once(page: Client, world: World):
    sent = {"pi": "new", "pi_name": "PI 9"}
    answer = page.post(address(world, "adopt_sprints"), sent, follow=True)
    assert "4 sprints are now iterations of PI 9" in text_of(answer)
    page.post(address(world, "adopt_sprints"), {**sent, "pi_name": "PI 10"})
    assert SprintLink.objects.count() == 4
    assert not Pi.objects.filter(name="PI 10").exists()
    world.reconcile()
    assert WorkItem.objects.exclude(iteration=None).exists()
    wrong = page.post(address(world, "adopt_sprints"), {"pi": "new", "pi_name": ""})
    assert wrong.status_code == 422
    assert "Give the new PI a name." in text_of(wrong)


def test_unmapping_says_what_goes_and_keeps_the_items(page: Client, world: World):
    world.edit(world.first(), summary="Not sent yet")
    words = text_of(page.get(address(world, "unmap")))
    assert "1 change that was not sent to Jira yet" in words
    before = WorkItem.objects.count()
    answer = page.post(address(world, "unmap"), follow=True)
    assert "is no longer mapped" in text_of(answer)
    assert not MappedProject.objects.exists()
    assert WorkItem.objects.filter(sync_state="local_only").count() == before


def test_a_viewer_reads_and_is_refused(
    viewer: User, client_of: Callable[..., Client], world: World
):
    browser = client_of(viewer)
    words = text_of(browser.get(address(world)))
    assert "Import again" not in words
    assert "Unmap" not in words
    assert browser.post(address(world, "unmap")).status_code == 403


def test_a_filter_is_diagnosed_where_jira_does_not_answer(page: Client, world: World):
    form = filled(page.get(address(world)), jql="labels = pi")
    Connection.objects.update(base_url="http://127.0.0.1:9")
    answer = page.post(address(world, "change_project"), form)
    assert answer.status_code == 409
    assert "diagnosis-what" in text_of(answer)
    assert MappedProject.objects.get().jql == ""
