"""Another part of a mapped project, by the page and by REST: offered with the filters that are there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from connections.models import Connection, MappedProject
from tests.callers import ApiCaller
from tests.sync.pages.conftest import filled, text_of
from tests.sync.pages.test_mapping import address
from tests.sync.world import PROJECT

MEDIUM, LOW = "priority = Medium", "priority = Low"


@pytest.fixture
def part(page: Client, connection: Connection) -> MappedProject:
    sent = filled(page.get(address(connection)), jql=MEDIUM)
    page.post(address(connection), {**sent, "key": PROJECT})
    return MappedProject.objects.get()


def test_another_part_is_offered_and_mapped(
    page: Client, connection: Connection, part: MappedProject
) -> None:
    projects = page.get(reverse("sync:projects", args=[connection.pk]))
    assert f"Map another part of {PROJECT}" in projects.content.decode()
    look = page.get(f"{address(connection)}&again=1")
    assert look.status_code == 200
    assert MEDIUM in text_of(look)
    sent = {**filled(look, owner="team:new", owner_name="Owl", jql=LOW), "key": PROJECT}
    page.post(address(connection), {**sent, "again": "1"})
    assert sorted(MappedProject.objects.values_list("jql", flat=True)) == [LOW, MEDIUM]
    listed = text_of(page.get(reverse("sync:projects", args=[connection.pk])))
    assert MEDIUM in listed
    assert LOW in listed


def test_an_overlap_is_said_beside_the_filter(
    page: Client, connection: Connection, part: MappedProject
) -> None:
    look = page.get(f"{address(connection)}&again=1")
    asked = filled(look, owner="team:new", owner_name="Owl", jql="priority in (Medium, Low)")
    sent = {**asked, "key": PROJECT, "again": "1"}
    answer = page.post(address(connection), sent)
    assert answer.status_code == 422
    assert "in this filter and in the one of another mapping" in text_of(answer)
    assert MappedProject.objects.count() == 1


def test_without_again_the_page_leads_to_the_mapping(
    page: Client, connection: Connection, part: MappedProject
) -> None:
    answer = page.get(address(connection))
    assert answer.url == reverse("sync:project", args=[part.pk])


def test_by_rest(
    connection: Connection, part: MappedProject, admin: User, token_of: Callable[..., str]
) -> None:
    caller = ApiCaller(token_of(admin))
    where = f"/connections/{connection.pk}/projects"
    both = caller.post(where, {"project_key": PROJECT, "jql": "issuetype = Story"})
    assert (both.status_code, both.json()["error"]["code"]) == (422, "filter_overlaps")
    made = caller.post(where, {"project_key": PROJECT, "jql": LOW})
    assert made.status_code in (200, 201, 202), made.content
    wider = caller.patch(f"/projects/{part.pk}", {"jql": "priority in (Medium, Low)"})
    assert (wider.status_code, wider.json()["error"]["code"]) == (422, "filter_overlaps")
