"""A worker that dies between two calls or commits of a push: the next one ends what it began."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connections.models import MappedProject
from planning import card_moves, link_editing
from planning.models import Change, Link, WorkItem
from sync.models import Conflict, Shadow
from sync.outbound import send_changes
from sync.pairs.states import UNDER_WAY
from tests.sync.test_link_rules import listed
from tests.sync.test_link_type_renamed import rename
from tests.sync.world import World

CREATES = r"/issue(/bulk)?$"


def at_rest(world: World) -> None:
    """Nothing waits, and nothing says that it does."""
    world.settle()
    assert not Change.objects.filter(state__in=UNDER_WAY).exists()
    rows = WorkItem.objects.live().filter(project=world.project, sync_state="waiting")
    assert not rows.exists()


@pytest.mark.parametrize(
    "place",
    ["edit.taken_in", "edit.fields_sent", "edit.half_sent", "edit.planned", "edit.ranked",
     "push.sorted_out", "push.sent"],
)  # fmt: skip
def test_an_edit_of_every_kind(world: World, killed_at, place: str):
    item, other = WorkItem.objects.live().filter(project=world.project).order_by("rank")[:2]
    (sprint,) = [one for one in world.handle.site.sprints.values() if one.state == "future"][:1]
    iteration = world.iteration(7, sprint.id)
    status = next(name for name in world.project.status_map if name != item.status)
    card_moves.move_item(other.pk, actor=world.person, before=item.pk)
    world.edit(item, summary="All of it", status=status, iteration=str(iteration.pk))
    with killed_at(place):
        world.push(rounds=1)
    at_rest(world)
    there = world.issue(item.remote_key)
    item.refresh_from_db()
    assert (there["summary"], there["status"]["name"]) == ("All of it", status)
    assert str(sprint.id) in str(there[world.project.field_map["iteration"]])
    assert (item.summary, item.status, item.iteration) == ("All of it", status, iteration)
    rank = world.project.field_map["rank"]
    assert world.issue(other.remote_key)[rank] < there[rank]
    assert not Change.objects.exclude(state="settled").exists()
    assert not Conflict.objects.exists()


@pytest.mark.parametrize(
    "place",
    ["removing.claimed", "link.drawn", "link.settled", "link.read_back", "push.sent"],
)
def test_a_link(world: World, killed_at, place: str):
    Link.objects.all().delete()
    source, target = WorkItem.objects.live().filter(project=world.project).order_by("rank")[:2]
    before = len(world.issue(source.remote_key)["issuelinks"])
    link = world.link(source, target)
    with killed_at(place):
        world.push(rounds=1)
    at_rest(world)
    link.refresh_from_db()
    assert (link.sync_state, bool(link.remote_id)) == ("synced", True)
    assert len(world.issue(source.remote_key)["issuelinks"]) == before + 1
    link_editing.remove_link(link.pk, actor=world.person)
    with killed_at("link.removed" if place == "link.drawn" else place):
        world.push(rounds=1)
    at_rest(world)
    assert len(world.issue(source.remote_key)["issuelinks"]) == before
    assert not Link.objects.filter(source=source, target=target, deleted=None).exists()


def test_a_link_that_stays_here(world: World, killed_at):
    Link.objects.all().delete()
    source, target = WorkItem.objects.live().filter(project=world.project).order_by("rank")[:2]
    link = world.link(source, target)
    MappedProject.objects.update(link_map={})
    with killed_at("link.kept_here"):
        world.push(rounds=1)
    at_rest(world)
    link.refresh_from_db()
    assert (link.sync_state, bool(link.sync_detail)) == ("local_only", True)


def test_a_link_whose_type_was_renamed(world: World, killed_at):
    Link.objects.all().delete()
    source, target = WorkItem.objects.live().filter(project=world.project).order_by("rank")[:2]
    world.poll()
    rename(world, "Blocks", "Holds up")
    link = world.link(source, target)
    with killed_at("link.renamed"):
        world.push(rounds=1)
    at_rest(world)
    link.refresh_from_db()
    assert (link.sync_state, bool(link.remote_id)) == ("synced", True)
    assert listed(world, source, target) == {"Holds up"}


def test_a_link_that_jira_refuses(world: World, killed_at):
    world.grant("LINK_ISSUES", False)
    Link.objects.all().delete()
    source, target = WorkItem.objects.live().filter(project=world.project).order_by("rank")[:2]
    link = world.link(source, target)
    with killed_at("link.refused"):
        world.push(rounds=1)
    at_rest(world)
    link.refresh_from_db()
    assert (link.sync_state, Change.objects.get(link=link).state) == ("parked", "parked")


def lost(world: World) -> None:
    world.fault("answer_lost", times=1, method="POST", path=CREATES)


def never_sent(world: World) -> None:
    world.fault("request_lost", times=1, method="POST", path=CREATES)


@pytest.mark.parametrize(
    ("fault", "rounds", "place"),
    [
        (lost, 0, "create.in_doubt"),
        (lost, 1, "create.paired"),
        (never_sent, 0, "create.in_doubt"),
        (never_sent, 1, "look.missed"),
        (never_sent, 2, "look.missed"),
        (never_sent, 3, "create.paired"),
    ],
)
def test_a_create_whose_answer_is_lost(
    world: World, killed_at, fault: Callable[[World], None], rounds: int, place: str
):
    """Before the worker dies, `rounds` of pushing went well."""
    item = world.create("Once")
    fault(world)
    for _ in range(rounds):
        world.push(rounds=1)
    world.make_due()
    with killed_at(place):
        send_changes.send_slice(world.connection.pk)
    at_rest(world)
    item.refresh_from_db()
    assert world.issues("Once") == [item.remote_key]
    assert not Change.objects.exclude(state="settled").exists()


@pytest.mark.parametrize("place", ["create.narrowed", "create.sent_without", "create.paired"])
def test_a_create_with_a_field_that_jira_refuses(world: World, killed_at, place: str):
    item = world.create("Narrowed", priority="No such priority")
    with killed_at(place):
        world.push(rounds=1)
    at_rest(world)
    item.refresh_from_db()
    assert world.issues("Narrowed") == [item.remote_key]
    assert "priority" in Shadow.objects.get(item=item).parked
    assert item.sync_state == "parked"


def test_a_create_that_jira_refuses(world: World, killed_at):
    world.grant("CREATE_ISSUES", False)
    item = world.create("Refused")
    with killed_at("create.refused"):
        world.push(rounds=1)
    world.push()
    world.poll()
    item.refresh_from_db()
    assert (item.sync_state, world.issues("Refused")) == ("parked", [])


def test_a_person_who_was_named_by_hand(world: World, killed_at):
    rita = world.handle.site.users["rita"]
    item = world.edit(world.first(), assignee=None)
    world.settle()
    world.edit(item, assignee=rita.display_name)
    with killed_at("people.stored"):
        world.push(rounds=1)
    at_rest(world)
    item.refresh_from_db()
    assert world.issue(item.remote_key)["assignee"]["displayName"] == rita.display_name
    assert item.assignee_name == rita.display_name


def test_an_edit_of_what_is_not_there_now(world: World, killed_at):
    item = world.first()
    world.jira("DELETE", f"/rest/api/2/issue/{item.remote_key}?deleteSubtasks=true")
    world.edit(item, summary="Nobody reads it")
    with killed_at("edit.put_off"):
        world.push(rounds=1)
    world.push(rounds=1)
    item.refresh_from_db()
    assert (item.sync_state, item.deleted) == ("parked", None)
    assert Change.objects.get(item=item).state == "waiting"


@pytest.mark.parametrize("place", ["edit.moved_away", "moved.marked"])
def test_an_edit_of_what_was_moved_away(world: World, killed_at, place: str):
    from jira_sandbox.model.links_and_moves import move

    item, site = world.first(), world.handle.site
    move(site, site.users["admin"], site.issue(item.remote_key), site.project("ART"))
    world.edit(item, summary="Stays here")
    with killed_at(place):
        world.push(rounds=1)
    at_rest(world)
    assert Change.objects.get(item=item).state == "parked"


def test_a_push_that_jira_does_not_answer(world: World, killed_at):
    item = world.edit(world.first(), summary="Later")
    world.fault("error", 503)
    with killed_at("push.put_back"):
        world.push(rounds=1)
    world.mend()
    at_rest(world)
    assert world.issue(item.remote_key)["summary"] == "Later"
