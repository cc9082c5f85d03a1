""" "#2 Projects": what is found in Jira, what is mapped, and how far the import is."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from connections.models import Connection, MappedProject
from planning.models import Team
from sync.models import Run
from tests.sync.pages.conftest import text_of
from tests.sync.world import PROJECT, World


def address(connection: Connection) -> str:
    return reverse("sync:projects", args=[connection.pk])


def test_an_empty_page_lists_what_can_be_mapped(page: Client, connection: Connection):
    answer = page.get(address(connection))
    words = text_of(answer)
    assert answer.status_code == 200
    assert "No Jira project is mapped yet" in words
    assert f"{reverse('sync:map', args=[connection.pk])}?key={PROJECT}" in words
    assert words.count("nav-link") >= 6
    assert 'aria-current="page"' in words


def test_the_search_narrows_by_name_or_key(page: Client, connection: Connection):
    found = page.get(address(connection), {"q": "otter"}).context["found"]
    assert [one.key for one, mapped in found] == ["OTTER"]
    assert "no project of that name" in text_of(page.get(address(connection), {"q": "zebra"}))


def test_a_mapped_project_shows_its_counts_and_is_not_offered_again(page: Client, world: World):
    world.edit(world.first(), summary="On its way")
    answer = page.get(address(world.connection))
    (row,) = answer.context["rows"]
    assert (row.counts["waiting"], row.counts["synced"]) == (1, row.counts["total"] - 1)
    assert row.owner == world.team
    assert {one.key: mapped for one, mapped in answer.context["found"]}[PROJECT]
    assert "1 project is kept the same on both sides" in text_of(answer)
    assert "hx-get" not in text_of(answer)


def test_the_progress_polls_itself_and_stops_when_final(page: Client, world: World):
    poll = reverse("sync:projects_progress", args=[world.connection.pk])
    Run.objects.update(state="running", done=3, total=12, finished=None)
    answer = page.get(poll)
    assert answer.status_code == 200
    assert "3 of 12" in text_of(answer)
    assert "Live sync already works" in text_of(answer)
    assert f'hx-get="{poll}"' in text_of(answer)
    Run.objects.update(state="finished")
    assert page.get(poll).status_code == 286


def test_a_viewer_sees_what_is_mapped_and_is_offered_nothing(
    viewer: User, client_of: Callable[..., Client], world: World
):
    words = text_of(client_of(viewer).get(address(world.connection)))
    assert PROJECT in words
    assert "Find Jira projects" not in words


def test_a_jira_that_does_not_answer_is_diagnosed(page: Client, connection: Connection):
    Connection.objects.update(base_url="http://127.0.0.1:9")
    answer = page.get(address(connection))
    assert answer.status_code == 409
    assert "diagnosis-what" in text_of(answer)


def test_the_page_costs_the_same_with_many_projects(page: Client, world: World):
    def cost() -> int:
        with CaptureQueriesContext(database) as seen:
            assert page.get(address(world.connection)).status_code == 200
        return len(seen)

    cost()  # the first page of a session does more
    one = cost()
    for number in range(5):
        extra = MappedProject.objects.create(
            connection=world.connection, remote_id=f"x{number}", key=f"X{number}", name="Extra"
        )
        Run.objects.create(project=extra, kind="import")
        Team.objects.create(name=f"Team {number}", project=extra)
    assert cost() == one
