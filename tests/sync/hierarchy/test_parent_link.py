"""Data Center with Advanced Roadmaps: epics name what is above them in a field of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from accounts.models import User
from connections.models import MappedProject
from jira_sandbox.model.projects import IssueType
from jira_sandbox.server import Handle, running
from planning.models import Change, WorkItem
from sync.mapping import project_mapping
from sync.runs import project_runs
from tests.sync.hierarchy.conftest import Tree
from tests.sync.world import build

INITIATIVE = IssueType("10010", "Initiative", "What several epics are for.", 2)


@pytest.fixture
def handle() -> Iterator[Handle]:
    with running(flavour="datacenter") as one:
        yield one


def with_roadmaps(handle: Handle) -> str:
    """Advanced Roadmaps, installed in this Jira; the id of its field."""
    site = handle.site
    site.types[INITIATIVE.id] = INITIATIVE
    art = site.project("ART")
    art.type_ids = (*art.type_ids, INITIATIVE.id)
    body = {"name": "Parent Link", "kind": "parent-link"}
    answer = requests.post(f"{handle.url}/sandbox/fields", json=body, timeout=10)
    answer.raise_for_status()
    return str(answer.json()["id"])


@pytest.fixture
def roadmaps(handle: Handle, rte: User) -> Tree:
    with_roadmaps(handle)
    tree = Tree(build(handle, rte))
    tree.map_art()
    return tree


def link_of(tree: Tree) -> str:
    return tree.world.handle.site.field_of("parent", "parent-link").id


def initiative(tree: Tree, summary: str) -> WorkItem:
    key = tree.new_feature(summary, kind="Initiative")
    tree.settle()
    return tree.world.item(key)


def above(tree: Tree, item: WorkItem) -> str | None:
    return tree.world.issue(item.remote_key)[link_of(tree)]


def quiet(tree: Tree) -> None:
    before = Change.objects.count(), dict(WorkItem.objects.values_list("pk", "version"))
    tree.settle()
    tree.world.reconcile()
    assert (Change.objects.count(), dict(WorkItem.objects.values_list("pk", "version"))) == before


def test_jira_puts_a_feature_below_an_initiative_and_takes_it_away(roadmaps: Tree) -> None:
    top, feature = initiative(roadmaps, "Above"), roadmaps.features()[0]
    roadmaps.world.edit_issue(feature.remote_key, **{link_of(roadmaps): top.remote_key})
    roadmaps.settle()
    feature.refresh_from_db()
    assert (feature.parent, feature.sync_state) == (top, "synced")
    quiet(roadmaps)
    roadmaps.world.edit_issue(feature.remote_key, **{link_of(roadmaps): None})
    roadmaps.settle()
    feature.refresh_from_db()
    assert feature.parent is None
    quiet(roadmaps)


def test_the_board_puts_a_feature_below_one_and_below_another(roadmaps: Tree) -> None:
    one, other = initiative(roadmaps, "One"), initiative(roadmaps, "Other")
    feature = roadmaps.features()[0]
    for wanted in (one, other, None):
        roadmaps.world.edit(feature, parent=str(wanted.pk) if wanted else None)
        roadmaps.settle()
        feature.refresh_from_db()
        assert above(roadmaps, feature) == (wanted.remote_key if wanted else None)
        assert (feature.parent, feature.sync_state, feature.sync_detail) == (wanted, "synced", "")
        quiet(roadmaps)


def test_a_whole_tree_is_new_on_the_board(roadmaps: Tree) -> None:
    world = roadmaps.world
    art = MappedProject.objects.get(pk=roadmaps.art.pk)
    top = world.create("Top", project=art, type="Initiative")
    feature = world.create("Middle", project=art, type="Feature", parent=str(top.pk))
    story = world.create("Bottom", parent=str(feature.pk))
    roadmaps.settle()
    for item in (top, feature, story):
        item.refresh_from_db()
        assert (item.sync_state, item.sync_detail) == ("synced", "")
    assert above(roadmaps, feature) == top.remote_key
    assert roadmaps.parent_in_jira(story.remote_key) == feature.remote_key
    assert world.issue(story.remote_key)[link_of(roadmaps)] is None
    quiet(roadmaps)


def test_stories_go_on_by_epic_link(roadmaps: Tree) -> None:
    feature, item = roadmaps.features()[0], roadmaps.orphan()
    roadmaps.world.edit(item, parent=str(feature.pk))
    roadmaps.settle()
    assert roadmaps.parent_in_jira(item.remote_key) == feature.remote_key
    item.refresh_from_db()
    assert item.sync_state == "synced"


def test_roadmaps_that_come_later_are_learnt_by_the_daily_comparison(
    handle: Handle, rte: User
) -> None:
    tree = Tree(build(handle, rte))
    tree.map_art()
    assert tree.art.facts["parent_link"] == ""
    with_roadmaps(handle)
    art = tree.art
    project_mapping.change(art, actor=rte, values={"type_map": {"Initiative": INITIATIVE.id}})
    art.refresh_from_db()
    assert art.facts["parent_link"] == link_of(tree)
    assert "10000" in art.facts["parent_link_types"]
    forget = {k: v for k, v in art.facts.items() if not k.startswith("parent_link")}
    MappedProject.objects.filter(pk=art.pk).update(facts=forget)
    top, feature = initiative(tree, "Above"), tree.features()[0]
    tree.world.edit_issue(feature.remote_key, **{link_of(tree): top.remote_key})
    tree.settle()
    feature.refresh_from_db()
    assert feature.parent is None
    run = project_runs.request(MappedProject.objects.get(pk=art.pk), "reconcile")
    while project_runs.work(run.pk):
        pass
    feature.refresh_from_db()
    assert feature.parent == top
