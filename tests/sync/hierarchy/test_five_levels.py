"""Five levels under a German site's names: which type is what is known by its level, never by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests
from django.test import Client
from django.urls import reverse

from accounts.models import User
from connections.models import MappedProject
from jira_sandbox.model.projects import IssueType
from jira_sandbox.server import Handle, running
from planning.models import Art, Change, WorkItem
from tests.sync.hierarchy.conftest import Tree
from tests.sync.pages.conftest import filled, text_of
from tests.sync.world import World, build

NAMES = {
    "10000": "Epos",
    "10001": "Aufgabe",
    "10002": "Erledigung",
    "10003": "Unteraufgabe",
    "10004": "Fehler",
}
ABOVE = (IssueType("10010", "Initiative", "", 2), IssueType("10011", "Ziel", "", 3))


@pytest.fixture(params=["cloud", "datacenter"])
def handle(request: pytest.FixtureRequest) -> Iterator[Handle]:
    with running(flavour=request.param) as one:
        site = one.site
        for kind in ABOVE:
            site.types[kind.id] = kind
        site.project("ART").type_ids += tuple(kind.id for kind in ABOVE)
        send = {"name": "Parent Link", "kind": "parent-link"}
        if not site.cloud:
            requests.post(f"{one.url}/sandbox/fields", json=send, timeout=10).raise_for_status()
        for key, name in NAMES.items():
            named = {"kind": "type", "id": key, "name": name}
            requests.post(f"{one.url}/sandbox/names", json=named, timeout=10).raise_for_status()
        yield one


@pytest.fixture
def tree(handle: Handle, rte: User) -> Tree:
    found = Tree(build(handle, rte, maps={"type_map": {"Unteraufgabe": "10003"}}))
    found.map_art()
    return found


def chain(tree: Tree) -> list[WorkItem]:
    """New on the board, from the highest level to the lowest."""
    world, art = tree.world, MappedProject.objects.get(pk=tree.art.pk)
    above: WorkItem | None = None
    found = []
    for kind, project in (
        ("Ziel", art),
        ("Initiative", art),
        ("Epos", art),
        ("Aufgabe", world.project),
        ("Unteraufgabe", world.project),
    ):
        parent = {"parent": str(above.pk)} if above else {}
        above = world.create(f"Ein {kind}", project=project, type=kind, **parent)
        found.append(above)
    return found


def test_a_tree_of_five_levels_is_made_in_jira_and_comes_back(tree: Tree) -> None:
    made = chain(tree)
    tree.settle()
    site = tree.world.handle.site
    for one in made:
        one.refresh_from_db()
        assert (one.sync_state, one.sync_detail) == ("synced", "")
    for child, parent in zip(made[1:], made, strict=False):
        assert site.issue(child.remote_key).parent.key == parent.remote_key
    before = Change.objects.count(), dict(WorkItem.objects.values_list("pk", "version"))
    tree.settle()
    tree.world.reconcile()
    assert (Change.objects.count(), dict(WorkItem.objects.values_list("pk", "version"))) == before


def test_the_levels_are_known_whatever_the_types_are_called(tree: Tree) -> None:
    facts = MappedProject.objects.get(pk=tree.art.pk).facts["levels"]
    assert {facts["10000"], facts["10006"]} == {1}
    if tree.is_cloud:
        assert (facts["10010"], facts["10011"]) == (2, 3)
    else:
        assert not {"10010", "10011"} & set(facts)  # no call tells it: see test_levels_learnt


def test_the_look_says_the_levels_and_offers_subtasks(
    world: World, rte: User, client_of: Callable[..., Client]
) -> None:
    client = client_of(rte)
    address = reverse("sync:map", args=[world.connection.pk]) + "?key=OTTER"
    look = client.get(address)
    words = " ".join(text_of(look).split())
    assert "Left out otherwise, since stories are what is planned: Unteraufgabe" in words
    assert ("level of stories", "Aufgabe") in [
        (one, types[0]) for one, types in look.context["look"].levels
    ]
    client.post(address, {**filled(look), "key": "OTTER", "take_subtasks": "on"})
    project = MappedProject.objects.get(key="OTTER")
    assert project.type_map["Unteraufgabe"] == "10003"
    look = client.get(reverse("sync:map", args=[world.connection.pk]) + "?key=ART")
    if world.handle.site.cloud:
        assert ("level 3, above capabilities", ["Ziel"]) in look.context["look"].levels


def test_a_new_item_of_an_art_is_a_feature_by_level(
    tree: Tree, rte: User, client_of: Callable[..., Client]
) -> None:
    art = Art.objects.create(name="Bahn", project=MappedProject.objects.get(pk=tree.art.pk))
    new = reverse("planning:new")
    form = client_of(rte).get(f"{new}?art={art.pk}").context["form"]
    assert form["type"].value() == "Epos"
    form = client_of(rte).get(f"{new}?team={tree.world.team.pk}").context["form"]
    assert form["type"].value() == "Aufgabe"


def test_a_parent_of_no_adjacent_level_is_refused_when_typed(
    tree: Tree, rte: User, api: Callable[..., object], token_of: Callable[..., str]
) -> None:
    top, _initiative, epic, story, _sub = chain(tree)
    caller = api(token_of(rte))
    assert caller.patch(f"/items/{story.pk}", {"parent": str(top.pk)}).status_code == (
        422 if tree.is_cloud else 200
    )
    assert caller.patch(f"/items/{epic.pk}", {"parent": str(story.pk)}).status_code == 422
