"""The part of "#4 Fields and statuses" that says what tells an issue's team."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import User
from connections.models import MappedProject
from planning.models import Team
from sync.models import Run
from tests.sync.pages.conftest import text_of
from tests.sync.world import World


def show(page: Client, world: World):
    return page.get(reverse("sync:fields", args=[world.connection.pk]))


def save(page: Client, world: World, kind: str, values: dict[Any, str]):
    sent = {f"team-value_{team.pk}": value for team, value in values.items()}
    address = reverse("sync:change_team", args=[world.project.pk])
    return page.post(address, {"team-source": kind, **sent})


def test_a_label_per_team_is_stored_and_every_issue_read_again(page: Client, world: World):
    red = Team.objects.create(name="Red")
    assert save(page, world, "label", {world.team: "falcon", red: "red"}).status_code == 302
    stored = MappedProject.objects.get().team_source
    assert stored == {"kind": "label", "values": {str(world.team.pk): "falcon", str(red.pk): "red"}}
    assert Run.objects.filter(kind="reconcile", state="waiting").exists()
    red.refresh_from_db()
    assert red.project_id == world.project.pk
    form = show(page, world).context["team_form"]
    assert form["source"].value() == "label"
    assert form[f"value_{red.pk}"].value() == "red"


def test_a_field_is_chosen_by_name(page: Client, world: World):
    site = world.handle.site
    (field,) = [one for one in site.fields.values() if one.name == "Epic Name"]
    assert "Epic Name" in text_of(show(page, world))
    assert save(page, world, f"field:{field.id}", {world.team: "Falcon"}).status_code == 302
    assert MappedProject.objects.get().team_source["field"] == field.id
    assert save(page, world, "project", {}).status_code == 302
    assert MappedProject.objects.get().team_source == {}


def test_what_cannot_be_is_said_and_not_stored(page: Client, world: World):
    assert "at least one team" in text_of(save(page, world, "label", {}))
    spaced = save(page, world, "label", {world.team: "two words"})
    assert spaced.status_code == 422
    assert "A label holds no spaces" in text_of(spaced)
    assert MappedProject.objects.get().team_source == {}


def test_a_viewer_may_not(viewer: User, client_of: Callable[..., Client], world: World):
    assert save(client_of(viewer), world, "label", {world.team: "x"}).status_code == 403
    assert MappedProject.objects.get().team_source == {}


def added(world: World, name: str, kind: str, *projects: str) -> dict[str, Any]:
    """A field with the choices Falcon and Red on the screens of these projects."""
    body = {"kind": kind, "choices": ["Falcon", "Red"], "projects": list(projects)}
    return world.control("POST", "fields", **{"name": name}, **body)


def chosen(page: Client, world: World) -> tuple[str, str]:
    """What the form shows as the source, and as the value of the project's team."""
    form = show(page, world).context["team_form"]
    return form["source"].value(), form[f"value_{world.team.pk}"].value()


def test_the_only_team_field_of_the_project_is_chosen_beforehand(page: Client, world: World):
    assert chosen(page, world) == ("project", "")
    added(world, "Squad", "select", "FALCON")  # neither a Team field nor called so
    added(world, "Team", "select", "OTTER")
    assert chosen(page, world) == ("project", "")
    field = added(world, "Team", "team", "FALCON")
    assert chosen(page, world) == (f"field:{field['id']}", "")
    item = world.first()
    world.edit_issue(item.remote_key, **{field["id"]: field["choices"]["Falcon"]})
    assert chosen(page, world) == (f"field:{field['id']}", field["choices"]["Falcon"])
    words = text_of(show(page, world))
    assert "is the only field for teams on the screens of FALCON" in words
    assert "nothing is stored until you save" in words
    assert MappedProject.objects.get().team_source == {}
    added(world, "Second team", "team", "FALCON")
    assert chosen(page, world) == ("project", "")


def test_what_is_stored_goes_before_what_is_proposed(page: Client, world: World):
    added(world, "Team", "team", "FALCON")
    assert save(page, world, "label", {world.team: "falcon"}).status_code == 302
    assert chosen(page, world) == ("label", "falcon")


def test_the_choices_of_a_field_are_shown(page: Client, world: World):
    field = added(world, "Team", "select", "FALCON")
    words = text_of(show(page, world))
    assert "“Team” holds: Falcon, Red." in words
    assert chosen(page, world) == (f"field:{field['id']}", "Falcon")
