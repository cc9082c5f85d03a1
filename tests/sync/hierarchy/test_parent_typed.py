"""A parent that Jira's hierarchy refuses is refused when somebody types it, not parked afterwards."""

from __future__ import annotations

import time
from typing import Any

from accounts.models import User
from connections.access.gateway import jira_for
from connections.models import MappedProject
from planning.models import Change
from sync.inbound import project_facts
from sync.worker.retry_policy import Patience
from tests.sync.hierarchy.conftest import Tree


def said(answer: Any) -> str:
    assert answer.status_code == 422, answer.content
    return str(answer.json()["error"]["fields"]["parent"][0])


def test_a_story_is_not_put_below_a_story(tree: Tree, rte: User, api: Any, token_of: Any) -> None:
    first, second = tree.world.project.items.filter(type="Story").order_by("rank")[:2]
    caller = api(token_of(rte))
    words = said(caller.patch(f"/items/{second.pk}", {"parent": str(first.pk)}))
    assert "next level" in words
    assert first.remote_key in words
    assert not Change.objects.filter(item=second).exists()


def test_neither_a_new_one(tree: Tree, rte: User, api: Any, token_of: Any) -> None:
    story = tree.world.project.items.filter(type="Story").order_by("rank")[0]
    body = {"summary": "New", "type": "Story", "project": str(tree.world.project.pk)}
    assert "next level" in said(
        api(token_of(rte)).post("/items", {**body, "parent": str(story.pk)})
    )


def test_what_jira_takes_is_taken(tree: Tree, rte: User, api: Any, token_of: Any) -> None:
    feature = tree.map_art().items.order_by("rank")[0]
    story = tree.world.project.items.filter(type="Story").order_by("rank")[0]
    answer = api(token_of(rte)).patch(f"/items/{story.pk}", {"parent": str(feature.pk)})
    assert answer.status_code == 200, answer.content
    tree.settle()
    story.refresh_from_db()
    assert (story.sync_state, story.parent_id) == ("synced", feature.pk)


def test_a_feature_is_not_put_below_a_story(tree: Tree, rte: User, api: Any, token_of: Any) -> None:
    feature = tree.map_art().items.order_by("rank")[0]
    story = tree.world.project.items.filter(type="Story").order_by("rank")[0]
    said(api(token_of(rte)).patch(f"/items/{feature.pk}", {"parent": str(story.pk)}))


def test_where_jira_did_not_tell_nothing_is_judged(
    tree: Tree, rte: User, api: Any, token_of: Any
) -> None:
    project = MappedProject.objects.get(pk=tree.world.project.pk)
    MappedProject.objects.update(facts={**project.facts, "levels": {}})
    first, second = project.items.filter(type="Story").order_by("rank")[:2]
    answer = api(token_of(rte)).patch(f"/items/{second.pk}", {"parent": str(first.pk)})
    assert answer.status_code == 200
    tree.settle()
    assert Change.objects.get(item=second).state == "parked", "then Jira judges"


def test_a_mapping_of_before_learns_the_levels(tree: Tree) -> None:
    project = MappedProject.objects.select_related("connection").get(pk=tree.world.project.pk)
    told = project.facts["levels"]
    assert set(told.values()) == {-1, 0}
    project.facts = {name: value for name, value in project.facts.items() if name != "levels"}
    project.save()
    jira = jira_for(project.connection)
    project_facts.refresh(project.connection, jira, project, Patience(time.monotonic()))
    assert MappedProject.objects.get(pk=project.pk).facts["levels"] == told
