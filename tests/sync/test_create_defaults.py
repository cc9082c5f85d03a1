"""A field that the project demands of new issues: parked by its name, and given by the mapping."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from connections.models import MappedProject
from jira_sandbox.model.fields import FLOAT, Field, chosen_from
from planning.models import Change, WorkItem
from sync.status import replay
from tests.callers import ApiCaller
from tests.sync.world import PROJECT, World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def demanding(world: World) -> World:
    """FALCON demands a customer (a choice), a note (text) and a size (a number) of new issues."""
    site = world.handle.site
    text = "com.atlassian.jira.plugin.system.customfieldtypes:textfield"
    with site.lock:
        made = [
            chosen_from(11000, "Customer", "select", (("1", "ACME"), ("2", "Globex")), site.cloud),
            Field("customfield_11001", "Note", "cf11001", "text", "string", custom=text,
                  on_create=True, on_edit=True),
            Field("customfield_11002", "Size", "cf11002", "number", "number", custom=FLOAT,
                  on_create=True, on_edit=True),
        ]  # fmt: skip
        for field in made:
            site.fields[field.id] = field
        site.project(PROJECT).demanded = [field.id for field in made]
    return world


def parked(world: World) -> tuple[WorkItem, Change]:
    item = world.create("new here", story_points=5)
    world.push()
    return item, Change.objects.get(item=item)


GIVEN = {"customfield_11000": "ACME", "customfield_11001": "by the board", "customfield_11002": "3"}


def test_it_is_parked_by_its_name(demanding: World) -> None:
    _item, change = parked(demanding)
    assert change.state == "parked"
    assert "Customer is required" in change.message
    assert "give a default" in change.message
    assert "customfield_" not in change.message


def test_a_default_by_api_lets_it_through(
    demanding: World, api: Callable[..., ApiCaller], token_of: Callable[..., str]
) -> None:
    world = demanding
    item, change = parked(world)
    caller, address = api(token_of(world.person)), f"/projects/{world.project.pk}"
    answer = caller.patch(address, {"create_defaults": {"Story": GIVEN}})
    assert (answer.status_code, answer.json()["create_defaults"]) == (200, {"Story": GIVEN})
    change.refresh_from_db()
    replay.replay_change(change, actor=world.person)
    world.settle()
    item.refresh_from_db()
    fields = world.issue(item.remote_key)
    assert fields["customfield_11000"]["value"] == "ACME"
    assert (fields["customfield_11001"], fields["customfield_11002"]) == ("by the board", 3)
    assert item.sync_state == "synced"
    for wrong in ({"Story": {"customfield_11000": "Nobody"}}, {"Story": {"customfield_9": "x"}},
                  {"No such type": {"customfield_11000": "ACME"}}):  # fmt: skip
        refused = caller.patch(address, {"create_defaults": wrong})
        assert refused.status_code == 422
        assert "create_defaults" in refused.json()["error"]["fields"]
    one = caller.patch(address, {"create_defaults": {"Story": {"customfield_11001": None}}})
    assert set(one.json()["create_defaults"]["Story"]) == {"customfield_11000", "customfield_11002"}
    assert (
        caller.patch(address, {"create_defaults": {"Story": None}}).json()["create_defaults"] == {}
    )


def test_a_default_by_the_page(
    demanding: World, client_of: Callable[..., Any], viewer: Any
) -> None:
    world = demanding
    page = reverse("sync:fields", args=[world.connection.pk])
    client = client_of(world.person)
    shown = client.get(page)
    form = shown.context["creates_form"]
    assert "Customer of a new Story" in shown.content.decode()
    sent = {
        f"creates-{field}": GIVEN[name] if word == "Story" else ""
        for field, (word, name) in form.places.items()
    }
    address = reverse("sync:change_creates", args=[world.project.pk])
    assert client_of(viewer).post(address, sent).status_code == 403
    assert client.post(address, sent).status_code == 302
    project = MappedProject.objects.get(pk=world.project.pk)
    assert project.create_defaults == {"Story": GIVEN}


def test_several_at_once_and_other_types_get_theirs(demanding: World) -> None:
    world = demanding
    rows = MappedProject.objects.filter(pk=world.project.pk)
    rows.update(create_defaults={"Story": GIVEN, "Bug": {**GIVEN, "customfield_11000": "Globex"}})
    items = [world.create(f"n {n}", type=kind) for n, kind in enumerate(("Story", "Bug", "Task"))]
    world.settle()
    for item in items:
        item.refresh_from_db()
    assert [bool(item.remote_key) for item in items] == [True, True, False]
    assert world.issue(items[1].remote_key)["customfield_11000"]["value"] == "Globex"


def test_a_component_that_is_demanded_may_come_from_the_board_or_a_default(
    world: World, api: Callable[..., ApiCaller], token_of: Callable[..., str]
) -> None:
    world.handle.site.project(PROJECT).demanded = ["components"]
    own = world.create("with one", components=["Web"])
    bare = world.create("without")
    world.settle()
    own.refresh_from_db()
    assert own.sync_state == "synced"
    change = Change.objects.get(item=bare)
    assert (change.state, "give a default" in change.message) == ("parked", True)
    caller, address = api(token_of(world.person)), f"/projects/{world.project.pk}"
    caller.patch(address, {"create_defaults": {"Story": {"components": ["Web"]}}})
    replay.replay_change(change, actor=world.person)
    world.settle()
    bare.refresh_from_db()
    assert (bare.components, bare.sync_state) == (["Web"], "synced")
