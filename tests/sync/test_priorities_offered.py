"""A mapped project knows which priorities Jira offers, and follows them from day to day."""

from __future__ import annotations

import time
from typing import Any

from connections.access.gateway import jira_for
from connections.models import MappedProject
from sync.inbound import project_facts
from sync.worker.retry_policy import Patience
from tests.sync.world import World


def test_they_are_learnt_when_it_is_mapped_and_followed(world: World) -> None:
    site = world.handle.site
    names = [one.name for one in site.priorities.values()]
    assert world.project.facts["priorities"] == names
    MappedProject.objects.update(facts={**world.project.facts, "priorities": ["Gone"]})
    project = MappedProject.objects.select_related("connection").get(pk=world.project.pk)
    project_facts.refresh(
        world.connection, jira_for(world.connection), project, Patience(time.monotonic())
    )
    project.refresh_from_db()
    assert project.facts["priorities"] == names


def test_one_that_jira_does_not_offer_is_refused_and_not_parked(
    world: World, api: Any, token_of: Any, rte: Any
) -> None:
    item = world.first()
    answer = api(token_of(rte)).patch(f"/items/{item.pk}", {"priority": "No such priority"})
    assert answer.status_code == 422
    world.settle()
    item.refresh_from_db()
    assert item.sync_state == "synced"
