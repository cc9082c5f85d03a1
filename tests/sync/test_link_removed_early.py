"""A link removed on the board before its id in Jira was read; links that Jira only says it wrote."""

from __future__ import annotations

import pytest

from planning import link_editing
from planning.models import Change, Link, WorkItem
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def pair(world: World) -> tuple[WorkItem, WorkItem]:
    first, second = (world.create_and_read(f"end {n}") for n in range(2))
    return world.item(first), world.item(second)


def links(world: World, item: WorkItem) -> int:
    return len(world.issue(item.remote_key)["issuelinks"])


@pytest.mark.parametrize("word", ["blocks", "relates to"])
def test_it_is_found_by_its_ends_and_type_and_removed(world: World, killed_at, word: str) -> None:
    a, b = pair(world)
    link_editing.add_link(actor=world.person, source=a.pk, target=b.pk, type=word)
    with killed_at("link.settled"):
        world.push(1)
    link = Link.objects.get(source=a, target=b)
    assert (link.remote_id, links(world, a)) == ("", 1)
    link_editing.remove_link(link.pk, actor=world.person)
    world.poll()
    assert not Link.objects.filter(source=a, deleted=None).exists(), "the board gets it back"
    world.push()
    world.reconcile()
    assert links(world, a) == 0
    assert not Link.objects.filter(source=a, deleted=None).exists()
    assert Change.objects.get(kind="unlink").state == "settled"


def test_another_link_between_the_same_two_stays(world: World, killed_at) -> None:
    a, b = pair(world)
    body = {"type": {"name": "Duplicate"}, "inwardIssue": {"key": a.remote_key}}
    world.jira("POST", "/rest/api/2/issueLink", **body, outwardIssue={"key": b.remote_key})
    reverse = {"type": {"name": "Blocks"}, "inwardIssue": {"key": b.remote_key}}
    world.jira("POST", "/rest/api/2/issueLink", **reverse, outwardIssue={"key": a.remote_key})
    world.link(a, b)
    with killed_at("link.settled"):
        world.push(1)
    link_editing.remove_link(Link.objects.get(source=a, target=b).pk, actor=world.person)
    world.settle()
    assert links(world, a) == 2


def test_a_link_that_jira_took_and_did_not_draw_is_parked(world: World) -> None:
    a, b = pair(world)
    link = world.link(a, b)
    world.fault("write_ignored", method="POST", path="/issueLink")
    world.push()
    link.refresh_from_db()
    assert (Change.objects.get(link=link).state, link.sync_state) == ("parked", "parked")
    assert "does not show it" in link.sync_detail


def test_a_link_that_jira_did_not_remove_is_parked(world: World) -> None:
    a, b = pair(world)
    link = world.link(a, b)
    world.push()
    link_editing.remove_link(link.pk, actor=world.person)
    world.fault("write_ignored", method="DELETE", path="/issueLink")
    world.push()
    change = Change.objects.get(link=link, kind="unlink")
    assert (change.state, change.code) == ("parked", "not_carried_out")
