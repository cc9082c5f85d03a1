"""Two mappings of one Jira project: no issue is in both, and one that goes over stays the same item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from almconnect.lib.api import Refused
from connections.models import Connection, Direction, MappedProject
from planning.models import Change, ChangeState, Team, WorkItem
from sync.inbound import polls
from sync.mapping import project_mapping
from sync.models import Absence, Shadow
from sync.runs import project_runs
from tests.sync.test_drain import deliver
from tests.sync.world import PROJECT, World

URGENT, REST = "priority in (Highest, High)", "priority not in (Highest, High)"


@pytest.fixture
def shared(world_with: Callable[..., World]) -> World:
    """Falcon has what is urgent, Owl the rest of the same project."""
    world = world_with(jql=URGENT)
    team = Team.objects.create(name="Owl")
    project, run = project_mapping.map_project(
        world.connection, PROJECT, actor=world.person, team=team.pk, jql=REST
    )
    work(run.pk)
    assert project.slot == 1
    return world


def work(run: Any) -> None:
    while project_runs.work(run):
        pass


def owl() -> MappedProject:
    return MappedProject.objects.get(slot=1)


def poll_all(world: World) -> None:
    Connection.objects.update(call_after=None)
    for project in MappedProject.objects.all():
        polls.poll(project.pk)
    world.drain()


def urgent(world: World) -> WorkItem:
    return WorkItem.objects.live().filter(project=world.project, type="Story").order_by("rank")[0]


def test_each_issue_is_one_item_of_one_mapping(shared: World) -> None:
    there = [one for one in shared.handle.site.issues.values() if one.project.key == PROJECT]
    mine = Shadow.objects.filter(project=shared.project).count()
    theirs = Shadow.objects.filter(project=owl()).count()
    assert 0 < mine < Shadow.objects.count()
    assert mine + theirs == Shadow.objects.count() == WorkItem.objects.live().count()
    typed = {str(one) for project in (shared.project, owl()) for one in project.type_map.values()}
    assert Shadow.objects.count() == len([one for one in there if one.type.id in typed])
    assert {one.team.name for one in WorkItem.objects.filter(project=owl())} == {"Owl"}


@pytest.mark.parametrize("heard", ["webhook", "poll", "comparison"])
def test_an_issue_goes_over_with_what_waits(shared: World, heard: str) -> None:
    item = urgent(shared)
    shared.edit_issue(item.remote_key, priority={"name": "Low"})
    shared.edit(item, summary="Typed here")
    if heard == "webhook":
        deliver(shared, "jira:issue_updated", item.remote_id)
        shared.drain()
    elif heard == "poll":
        poll_all(shared)
    else:
        work(project_runs.request(shared.project, "reconcile").pk)
        shared.drain()
    item.refresh_from_db()
    pair = Shadow.objects.get(remote_id=item.remote_id)
    assert (item.project, pair.project, item.team.name) == (owl(), owl(), "Owl")
    assert (item.deleted, pair.absence) == (None, "")
    shared.push()
    assert shared.issue(item.remote_key)["summary"] == "Typed here"
    assert {one.state for one in Change.objects.filter(item=item)} == {ChangeState.SETTLED}
    assert Shadow.objects.count() == WorkItem.objects.live().count()


def test_an_edit_of_what_went_over_unheard_is_sent_by_the_other(shared: World) -> None:
    item = urgent(shared)
    shared.edit_issue(item.remote_key, priority={"name": "Low"})
    shared.edit(item, summary="Typed here")
    shared.push()
    shared.drain()
    shared.push()
    item.refresh_from_db()
    assert item.project == owl()
    assert shared.issue(item.remote_key)["summary"] == "Typed here"


@pytest.mark.parametrize(
    "place", ["drain.read", "pull.applied", "drain.applied", "drain.settling", "drain.settled"]
)
def test_killed_on_the_way(shared: World, killed_at: Any, place: str) -> None:
    item = urgent(shared)
    shared.edit(item, summary="Typed here")
    shared.edit_issue(item.remote_key, priority={"name": "Low"})
    deliver(shared, "jira:issue_updated", item.remote_id)
    with killed_at(place):
        shared.drain()
    shared.drain()
    shared.push()
    item.refresh_from_db()
    assert (item.project, item.summary) == (owl(), "Typed here")
    assert shared.issue(item.remote_key)["summary"] == "Typed here"
    assert Shadow.objects.filter(remote_id=item.remote_id).count() == 1


def test_there_and_back_and_to_nobody(shared: World) -> None:
    item = urgent(shared)
    for name, project in (("Low", owl()), ("High", shared.project)):
        shared.edit_issue(item.remote_key, priority={"name": name})
        poll_all(shared)
        item.refresh_from_db()
        assert item.project == project
    project_mapping.change(owl(), actor=shared.person, values={"jql": "priority = Lowest"})
    shared.edit_issue(item.remote_key, priority={"name": "Low"})
    deliver(shared, "jira:issue_updated", item.remote_id)
    shared.drain()
    pair = Shadow.objects.get(item=item)
    assert (pair.project, pair.absence) == (shared.project, Absence.FILTERED)


def test_a_paused_mapping_takes_nothing_until_it_goes_on(shared: World) -> None:
    item = urgent(shared)
    project_mapping.change(owl(), actor=shared.person, values={"direction": Direction.PAUSED})
    shared.edit_issue(item.remote_key, priority={"name": "Low"})
    poll_all(shared)
    deliver(shared, "jira:issue_updated", item.remote_id)
    shared.drain()
    assert Shadow.objects.get(item=item).project == shared.project
    project_mapping.change(owl(), actor=shared.person, values={"direction": Direction.BOTH})
    work(project_runs.request(owl(), "reconcile").pk)
    shared.drain()
    assert Shadow.objects.get(item=item).project == owl()


@pytest.mark.parametrize(
    ("jql", "code", "status"),
    [("", "filter_overlaps", 422), ("issuetype = Story", "filter_overlaps", 422)],
)
def test_what_overlaps_is_refused(shared: World, jql: str, code: str, status: int) -> None:
    with pytest.raises(Refused) as refused:
        project_mapping.map_project(shared.connection, PROJECT, actor=shared.person, jql=jql)
    assert (refused.value.code, refused.value.status) == (code, status)
    with pytest.raises(Refused):
        project_mapping.change(owl(), actor=shared.person, values={"jql": jql})
    assert MappedProject.objects.count() == 2


def test_a_mapping_without_a_filter_shares_nothing(world: World) -> None:
    with pytest.raises(Refused) as refused:
        project_mapping.map_project(world.connection, PROJECT, actor=world.person, jql=REST)
    assert refused.value.code == "already_mapped"


def test_two_at_once_cannot_both_get_in(
    world_with: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_with(jql="priority = High")
    judge = project_mapping.shared_projects.judge

    def late(*given: Any) -> None:
        judge(*given)
        monkeypatch.undo()
        project_mapping.map_project(
            world.connection, PROJECT, actor=world.person, jql="priority = Low"
        )

    monkeypatch.setattr(project_mapping.shared_projects, "judge", late)
    with pytest.raises(Refused) as refused:
        project_mapping.map_project(
            world.connection, PROJECT, actor=world.person, jql="priority in (Low, Lowest)"
        )
    assert refused.value.code == "mapping_changed"
    assert MappedProject.objects.count() == 2


def test_what_was_counted_once_is_counted_with_each_comparison(
    world_with: Callable[..., World],
) -> None:
    world = world_with(jql="labels = mine")
    project_mapping.map_project(
        world.connection, PROJECT, actor=world.person, jql="labels = theirs"
    )
    key = world.create_issue("Both", labels=["mine"])
    poll_all(world)
    world.edit_issue(key, labels=["mine", "theirs"])
    poll_all(world)
    assert Shadow.objects.get(remote_key=key).project == world.project
    assert "1 issue is in this mapping's filter" in world.reconcile().message


def test_a_new_item_is_inside_of_its_own_filter(world_with: Callable[..., World]) -> None:
    world = world_with(jql="labels = mine AND priority = Low AND issuetype in (Story, Bug)")
    item = world.create("New here", labels=["own"])
    world.push()
    item.refresh_from_db()
    fields = world.issue(item.remote_key)
    assert sorted(fields["labels"]) == ["mine", "own"]
    assert fields["priority"]["name"] == "Low"
    poll_all(world)
    world.edit(item, summary="Typed here")
    world.settle()
    item.refresh_from_db()
    assert Shadow.objects.get(item=item).absence == ""
    assert (sorted(item.labels), world.issue(item.remote_key)["summary"]) == (
        ["mine", "own"],
        "Typed here",
    )


def test_what_nobody_maps_any_more_is_not_the_other_mappings(shared: World) -> None:
    item = urgent(shared)
    project_mapping.unmap(shared.project, actor=shared.person)
    shared.edit_issue(item.remote_key, summary="Edited there")
    deliver(shared, "jira:issue_updated", item.remote_id)
    shared.drain()
    pair = Shadow.objects.get(item=item)
    assert (pair.project, pair.state) == (None, "unmapped")
    shared.edit_issue(item.remote_key, priority={"name": "Low"})
    poll_all(shared)
    item.refresh_from_db()
    assert (item.project, item.summary) == (owl(), "Edited there")
