"""A step that asks for fields: read first, given from the mapping's defaults, parked without them."""

from __future__ import annotations

import pytest

from jira_client.resources.issues import Issues
from jira_client.values import FieldMeta, Status, Transition
from planning.models import WorkItem
from tests.sync.world import World


@pytest.fixture
def asking(world: World, monkeypatch: pytest.MonkeyPatch) -> list[dict | None]:
    """Every step asks for a resolution, with no default; what is sent with a step."""
    sent: list[dict | None] = []
    read, take = Issues.transitions, Issues.transition
    resolution = FieldMeta("resolution", "Resolution", required=True, schema_type="resolution")

    def transitions(self, issue):
        found = read(self, issue)
        return [Transition(one.id, one.name, one.to, (resolution,)) for one in found]

    def transition(self, issue, step, fields=None):
        sent.append(fields)
        take(self, issue, step, None)

    monkeypatch.setattr(Issues, "transitions", transitions)
    monkeypatch.setattr(Issues, "transition", transition)
    return sent


def moved(world: World) -> tuple[WorkItem, str]:
    item = world.first()
    status = next(word for word in world.project.status_map if word != item.status)
    return world.edit(item, status=status), status


def test_what_a_step_asks_for_comes_from_the_mappings_defaults(world: World, asking):
    word = next(word for word in world.project.status_map if word != world.first().status)
    world.project.transition_defaults = {word: {"resolution": "Done"}}
    world.project.save()
    item, status = moved(world)
    world.settle()
    assert asking == [{"resolution": {"name": "Done"}}]
    assert world.issue(item.remote_key)["status"]["name"] == status


def test_without_a_default_the_status_is_parked_and_the_rest_is_sent(world: World, asking):
    item, _ = moved(world)
    world.edit(item, summary="Sent all the same")
    world.settle()
    assert asking == []
    item.refresh_from_db()
    assert "asks for Resolution" in item.sync_detail
    assert world.issue(item.remote_key)["summary"] == "Sent all the same"


def test_the_step_is_chosen_by_where_it_leads(world: World, monkeypatch):
    item = world.first()
    status = next(word for word in world.project.status_map if word != item.status)
    target = world.project.status_map[status]
    read = Issues.transitions
    decoy = Transition("999", "Decoy", Status("77777", status))
    monkeypatch.setattr(Issues, "transitions", lambda self, issue: [decoy, *read(self, issue)])
    world.edit(item, status=status)
    world.settle()
    assert world.issue(item.remote_key)["status"]["id"] == target
