"""The way each field goes, on "#4 Fields and statuses" and by the API; releases on the project's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from connections.models import MappedProject
from planning.models import Release
from tests.callers import ApiCaller
from tests.sync.pages.conftest import filled, text_of
from tests.sync.world import World


@pytest.fixture
def rest(api: Callable[..., ApiCaller], token_of: Callable[..., str], rte: User) -> ApiCaller:
    return api(token_of(rte))


def fields_page(page: Client, world: World) -> Any:
    return page.get(reverse("sync:fields", args=[world.connection.pk]))


def fresh(world: World) -> MappedProject:
    return MappedProject.objects.get(pk=world.project.pk)


def test_a_field_is_given_a_direction(page: Client, world: World):
    shown = fields_page(page, world)
    form = shown.context["form"]
    field = form.ways["due_date"]
    assert "Direction of Due date" in text_of(shown)
    address = reverse("sync:change_fields", args=[world.project.pk])
    assert page.post(address, filled(shown, **{field: "from_jira"})).status_code == 302
    assert fresh(world).field_directions == {"due_date": "from_jira"}
    again = fields_page(page, world)
    assert again.context["form"][field].value() == "from_jira"
    page.post(address, filled(again, **{field: "both"}))
    assert fresh(world).field_directions == {}


def test_the_form_shows_what_jira_alone_says_and_takes_no_edit(page: Client, world: World):
    MappedProject.objects.update(field_directions={"due_date": "from_jira"})
    item = world.first()
    shown = text_of(page.get(reverse("planning:item", args=[item.pk])))
    assert "From Jira only; it is changed there." in shown
    sent = {"type": item.type, "summary": "Other", "due_date": "2027-01-31"}
    page.post(reverse("planning:edit", args=[item.pk]), sent)
    item.refresh_from_db()
    assert item.due_date is None


def test_by_the_api(rest: ApiCaller, world: World):
    path = f"/projects/{world.project.pk}"
    told = rest.patch(path, {"field_directions": {"due_date": "to_jira", "labels": "from_jira"}})
    assert told.json()["field_directions"] == {"due_date": "to_jira", "labels": "from_jira"}
    told = rest.patch(path, {"field_directions": {"labels": None}})
    assert told.json()["field_directions"] == {"due_date": "to_jira"}
    assert rest.patch(path, {"field_directions": {"due_date": "up"}}).status_code == 422
    wrong = rest.patch(path, {"field_directions": {"rank": "to_jira"}})
    assert wrong.json()["error"]["fields"]["field_directions"]


def test_a_version_is_made_on_the_projects_page(page: Client, world: World):
    address = reverse("sync:make_release", args=[world.project.pk])
    shown = text_of(page.get(reverse("sync:project", args=[world.project.pk])))
    assert "Make a version in Jira" in shown
    sent = {"release-name": "R1", "release-release": "2027-02-01"}
    assert page.post(address, sent).status_code == 302
    assert "R1 · … – 1 Feb 2027" in text_of(
        page.get(reverse("sync:project", args=[world.project.pk]))
    )
    again = page.post(address, sent)
    assert (again.status_code, "has a version “R1” already" in text_of(again)) == (422, True)
    assert page.post(address, {"release-name": ""}).status_code == 422


def test_who_may_not_is_told_so_on_the_page(page: Client, world: World):
    world.grant("ADMINISTER_PROJECTS", False)
    address = reverse("sync:make_release", args=[world.project.pk])
    answer = page.post(address, {"release-name": "R1"})
    assert (answer.status_code, "Administer Projects" in text_of(answer)) == (422, True)


def test_an_outsider_makes_none(client_of: Callable[..., Client], viewer: User, world: World):
    address = reverse("sync:make_release", args=[world.project.pk])
    assert client_of(viewer).post(address, {"release-name": "R1"}).status_code == 403
    assert not Release.objects.exists()


def test_releases_by_the_api(rest: ApiCaller, world: World):
    path = f"/projects/{world.project.pk}/releases"
    made = rest.post(path, {"name": "R1", "release": "2027-02-01"})
    assert (made.status_code, made.json()["release"]) == (201, "2027-02-01")
    assert rest.get(path).json()["items"] == [made.json()]
    assert rest.post(path, {"name": "R1"}).status_code == 409
    assert rest.post(path, {"name": "R2", "start": "soon"}).status_code == 422
    world.grant("ADMINISTER_PROJECTS", False)
    refused = rest.post(path, {"name": "R2"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "no_permission")
