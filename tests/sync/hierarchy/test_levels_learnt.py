"""Data Center tells no level above epics: what stands below what tells it, also against a wrong screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts.models import User
from connections.models import MappedProject
from jira_sandbox.model.projects import IssueType
from jira_sandbox.server import Handle, running
from planning.models import WorkItem
from sync.mapping import project_mapping
from sync.runs import project_runs
from tests.sync.hierarchy.conftest import Tree
from tests.sync.hierarchy.test_parent_link import INITIATIVE, link_of, with_roadmaps
from tests.sync.world import build

GOAL = IssueType("10011", "Goal", "What several initiatives are for.", 3)


@pytest.fixture
def handle() -> Iterator[Handle]:
    with running(flavour="datacenter") as one:
        with_roadmaps(one)
        one.site.types[GOAL.id] = GOAL
        art = one.site.project("ART")
        art.type_ids = (*art.type_ids, GOAL.id)
        yield one


@pytest.fixture
def tree(handle: Handle, rte: User) -> Tree:
    return Tree(build(handle, rte))


def facts(tree: Tree) -> dict[str, object]:
    return MappedProject.objects.get(pk=tree.art.pk).facts


def compare(tree: Tree) -> None:
    """The daily comparison of the project of the features."""
    run = project_runs.request(MappedProject.objects.get(pk=tree.art.pk), "reconcile")
    while project_runs.work(run.pk):
        pass


def in_jira(tree: Tree) -> tuple[WorkItem, WorkItem, WorkItem]:
    """A goal above an initiative above a feature, all made in Jira."""
    goal = tree.new_feature("Goal", kind="Goal")
    initiative = tree.new_feature("Initiative", kind="Initiative")
    feature = tree.new_feature("Feature")
    site = tree.world.handle.site
    link = link_of(tree)
    tree.world.edit_issue(initiative, **{link: goal})
    tree.world.edit_issue(feature, **{link: initiative})
    tree.settle()
    assert site.issue(feature).parent.key == initiative
    return tree.world.item(goal), tree.world.item(initiative), tree.world.item(feature)


def test_the_levels_above_epics_follow_from_their_issues(tree: Tree) -> None:
    tree.map_art()
    assert not {INITIATIVE.id, GOAL.id} & set(facts(tree)["levels"])
    goal, initiative, feature = in_jira(tree)
    assert (feature.parent, initiative.parent) == (initiative, goal)
    compare(tree)
    assert facts(tree)["levels"][INITIATIVE.id] == 2
    assert facts(tree)["levels"][GOAL.id] == 3


def test_a_type_above_epics_whose_screen_has_an_epic_link_names_its_parent_all_the_same(
    tree: Tree,
) -> None:
    """Of such a screen it looks like a story; that epics stand below it tells otherwise."""
    tree.world.handle.site.project("ART").one_screen = True
    tree.map_art()
    assert facts(tree)["levels"][INITIATIVE.id] == 0
    _goal, initiative, feature = in_jira(tree)
    assert (feature.parent, initiative.parent) == (initiative, None)
    compare(tree)
    assert facts(tree)["levels"][INITIATIVE.id] == 2
    assert INITIATIVE.id in facts(tree)["parent_link_types"]
    initiative.refresh_from_db()
    assert initiative.parent.type == "Goal"
    tree.world.edit(initiative, parent=None)
    tree.settle()
    assert tree.world.handle.site.issue(initiative.remote_key).parent is None


def test_a_project_that_is_mapped_later_knows_what_the_others_learnt(tree: Tree) -> None:
    """Types are one for the whole Jira, so its first import reads the parents of initiatives already."""
    site = tree.world.handle.site
    tree.map_art()
    in_jira(tree)
    compare(tree)
    otter = site.project("OTTER")
    otter.type_ids = (*otter.type_ids, INITIATIVE.id, GOAL.id)
    otter.one_screen = True
    goal = tree.new_feature("Another goal", project="OTTER", kind="Goal")
    initiative = tree.new_feature("Another initiative", project="OTTER", kind="Initiative")
    tree.world.edit_issue(initiative, **{link_of(tree): goal})
    project, run = project_mapping.map_project(
        tree.world.connection, "OTTER", actor=tree.world.person
    )
    assert project.facts["levels"][INITIATIVE.id] == 2
    while project_runs.work(run.pk):
        pass
    assert tree.world.item(initiative).parent == tree.world.item(goal)
