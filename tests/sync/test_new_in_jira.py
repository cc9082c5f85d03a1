"""What Jira got after the mapping: statuses, types; issues that change type, or leave the filter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connections.models import MappedProject
from jira_sandbox.model.projects import IssueType, Status, Transition
from planning.models import WorkItem
from sync.mapping import mapping_check, project_mapping
from sync.models import Delivery
from sync.pairs import trace
from tests.callers import ApiCaller
from tests.sync.world import PROJECT, World

pytestmark = pytest.mark.django_db(transaction=True)


def hook(world: World, key: str, event: str = "jira:issue_updated") -> Delivery:
    issue = world.handle.site.keys[key]
    told = {"id": str(issue.id), "key": key, "fields": {"project": {"id": world.project.remote_id}}}
    world.hook({"webhookEvent": event, "timestamp": Delivery.objects.count() + 1, "issue": told})
    world.drain()
    return Delivery.objects.latest("id")


def new_status(world: World, name: str = "Testing", category: str = "indeterminate") -> str:
    site = world.handle.site
    with site.lock:
        site.statuses["10900"] = Status("10900", name, category)
        site.project(PROJECT).transitions["90"] = Transition("90", name, "10900")
    return "10900"


def project_of(world: World) -> MappedProject:
    return MappedProject.objects.get(pk=world.project.pk)


@pytest.mark.parametrize("seen_by", ["issue", "comparison", "check"])
def test_a_new_status_is_paired_by_itself_and_can_be_set(world: World, seen_by: str) -> None:
    item = world.first()
    status = new_status(world)
    if seen_by == "issue":
        other = world.create_issue("tested")
        world.jira("POST", f"/rest/api/2/issue/{other}/transitions", transition={"id": "90"})
        world.poll()
        assert (world.item(other).status, world.item(other).status_category) == (
            "Testing", "indeterminate")  # fmt: skip
    elif seen_by == "comparison":
        world.reconcile()
    checked = mapping_check.check(project_of(world))
    project = project_of(world)
    assert project.status_map["Testing"] == status
    assert any("Testing" in one.message and "by itself" in one.message for one in checked.findings)
    world.edit(WorkItem.objects.get(pk=item.pk), status="Testing")
    world.settle()
    assert world.issue(item.remote_key)["status"]["name"] == "Testing"
    assert WorkItem.objects.get(pk=item.pk).status_category == "indeterminate"


def test_what_a_person_took_out_stays_out(world: World) -> None:
    new_status(world)
    world.reconcile()
    project_mapping.change(
        project_of(world), actor=world.person, values={"status_map": {"Testing": None}}
    )
    world.reconcile()
    mapping_check.check(project_of(world))
    assert "Testing" not in project_of(world).status_map


def test_a_new_status_of_a_known_name_gets_a_word_of_its_own(world: World) -> None:
    status = new_status(world, name="To Do", category="new")
    world.reconcile()
    words = [word for word, one in project_of(world).status_map.items() if one == status]
    assert words == ["To Do 2"]


def test_an_issue_of_a_new_type_is_told_of(
    world: World, api: Callable[..., ApiCaller], token_of: Callable[..., str]
) -> None:
    site = world.handle.site
    with site.lock:
        site.types["10900"] = IssueType("10900", "Spike", "", 0)
        project = site.project(PROJECT)
        project.type_ids = (*project.type_ids, "10900")
    key = world.create_issue("a spike", issuetype={"id": "10900"})
    delivery = hook(world, key, "jira:issue_created")
    assert delivery.state == "ignored"
    assert "“Spike” is not mapped" in delivery.detail
    told = api(token_of(world.person)).get(f"/sync/trace?key={key}").json()
    assert told["item"] is None
    assert "“Spike” is not mapped" in told["steps"][-1]["message"]
    findings = mapping_check.check(project_of(world)).findings
    assert any(one.part == "types" and "Spike" in one.message for one in findings)


@pytest.mark.parametrize("seen_by", ["hook", "poll", "comparison"])
def test_an_issue_that_becomes_a_type_that_is_not_mapped_says_so(
    world: World, seen_by: str
) -> None:
    key = world.create_and_read("was a story")
    site = world.handle.site
    with site.lock:
        issue = site.keys[key]
        issue.type = next(one for one in site.types.values() if one.name == "Sub-task")
        if seen_by != "comparison":
            issue.updated = site.now()
    if seen_by == "hook":
        hook(world, key)
    elif seen_by == "poll":
        world.poll()
    else:
        world.reconcile()
    item = world.item(key)
    assert (item.type, item.sync_state) == ("Story", "parked")
    assert "“Sub-task”" in item.sync_detail
    assert "not mapped" in item.sync_detail
    with site.lock:
        issue.type = next(one for one in site.types.values() if one.name == "Story")
        issue.updated = site.now()
    world.reconcile()
    assert world.item(key).sync_state == "synced"


@pytest.mark.parametrize("seen_by", ["hook", "comparison"])
def test_an_issue_that_leaves_the_filter_says_so(
    world_with: Callable[..., World], seen_by: str
) -> None:
    world = world_with(jql="labels = pi")
    key = world.create_issue("planned", labels=["pi"])
    world.poll()
    world.edit_issue(key, labels=["other"])
    if seen_by == "hook":
        hook(world, key)
    world.reconcile()
    item = world.item(key)
    assert (item.deleted, item.sync_state) == (None, "parked")
    assert "filter leaves it out" in item.sync_detail
    world.delete(item)
    world.settle()
    assert world.issue(key)
    assert WorkItem.objects.get(pk=item.pk).deleted


def test_back_in_the_filter_it_says_so_no_more(world_with: Callable[..., World]) -> None:
    world = world_with(jql="labels = pi")
    key = world.create_issue("planned", labels=["pi"])
    world.poll()
    world.edit_issue(key, labels=[])
    world.reconcile()
    assert world.item(key).sync_state == "parked"
    world.edit_issue(key, labels=["pi"])
    world.poll()
    assert world.item(key).sync_state == "synced"


def test_the_trace_of_a_key_is_of_the_living_item(
    world: World, api: Callable[..., ApiCaller], token_of: Callable[..., str]
) -> None:
    item = world.first()
    old = WorkItem.objects.create(
        type="Story", summary="of a mapping that is gone", remote_key=item.remote_key, project=None
    )
    gone = replace_deleted(item)
    WorkItem.objects.filter(pk__in=[old.pk, gone.pk]).update(created="2020-01-01T00:00:00Z")
    told = api(token_of(world.person)).get(f"/sync/trace?key={item.remote_key.lower()}").json()
    assert told["item"] == str(item.pk)
    assert set(told["others"]) == {str(old.pk), str(gone.pk)}
    assert [one.pk for one in trace.named(item.remote_key)] == [item.pk, old.pk, gone.pk]


def replace_deleted(item: WorkItem) -> WorkItem:
    return WorkItem.objects.create(
        type="Story", summary="a tombstone", remote_key=item.remote_key, project=item.project,
        deleted=item.created)  # fmt: skip
