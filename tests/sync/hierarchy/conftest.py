"""Features in a project of their own (ART), stories in the team's: parents cross projects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from connections.models import MappedProject
from planning.models import WorkItem
from sync.inbound import polls
from sync.mapping import project_mapping
from sync.runs import project_runs
from tests.sync.world import World


@dataclass
class Tree:
    """A world whose features may be mapped; parents in the words of the board and of each Jira."""

    world: World
    art: MappedProject | None = None

    def map_art(self, **options: Any) -> MappedProject:
        """Map and import the project of the features."""
        project, run = project_mapping.map_project(
            self.world.connection, "ART", actor=self.world.person, **options
        )
        while project_runs.work(run.pk):
            pass
        self.art = MappedProject.objects.get(pk=project.pk)
        return self.art

    def settle(self) -> None:
        self.world.settle()
        if self.art is not None:
            polls.poll(self.art.pk)
            self.world.push()

    # ── Jira's side ──────────────────────────────────────────────────────────────────────────────
    @property
    def is_cloud(self) -> bool:
        return self.world.handle.site.cloud

    @property
    def field(self) -> str:
        """Where an issue that is no sub-task names its parent."""
        return (
            "parent" if self.is_cloud else self.world.handle.site.field_of("parent", "epic-link").id
        )

    def named(self, key: str | None) -> dict[str, Any]:
        """Fields that name this parent, as a person's client would send them."""
        return {self.field: {"key": key} if self.is_cloud and key else key}

    def adopt(self, key: str, parent: str | None) -> None:
        """In Jira: give an issue this parent, or none."""
        if self.is_cloud and parent is None:
            steps = {"parent": [{"set": {"none": True}}]}
            self.world.jira("PUT", f"/rest/api/2/issue/{key}", update=steps)
        else:
            self.world.edit_issue(key, **self.named(parent))

    def parent_in_jira(self, key: str) -> str | None:
        value = self.world.issue(key).get(self.field)
        return value["key"] if isinstance(value, dict) else value

    def new_feature(self, summary: str, project: str = "ART", kind: str = "Feature") -> str:
        body = {"project": {"key": project}, "issuetype": {"name": kind}, "summary": summary}
        return self.world.jira("POST", "/rest/api/2/issue", fields=body)["key"]

    # ── The board's side ─────────────────────────────────────────────────────────────────────────
    def features(self) -> list[WorkItem]:
        rows = WorkItem.objects.filter(project=self.art, type="Feature", deleted=None)
        return list(rows.order_by("remote_id"))

    def orphan(self) -> WorkItem:
        """A story without a parent on either side."""
        key = self.world.create_issue("Nobody's child")
        self.settle()
        return self.world.item(key)


@pytest.fixture
def tree(world: World) -> Tree:
    return Tree(world)


@pytest.fixture
def whole(tree: Tree) -> Tree:
    """With the features mapped."""
    tree.map_art()
    return tree
