"""Moved, archived, out of sight: each is told from deleted, shown on the item, and over when it is over."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from connections.models import Connection, MappedProject
from jira_sandbox.model.links_and_moves import move
from planning.models import Change, WorkItem
from sync.mapping import project_mapping
from sync.models import Shadow
from sync.pairs import states
from sync.runs import project_runs
from tests.sync.world import World


def move_to(world: World, item: WorkItem, key: str) -> None:
    site = world.handle.site
    move(site, site.users["admin"], site.issue(item.remote_key), site.project(key))


def long_ago() -> None:
    Shadow.objects.exclude(absent_since=None).update(
        absent_since=timezone.now() - timedelta(minutes=5)
    )


def test_a_move_without_a_webhook_is_seen_by_the_comparison(world: World):
    item = world.first()
    move_to(world, item, "OTTER")
    world.reconcile()
    item.refresh_from_db()
    assert (item.deleted, item.sync_state, "moved" in item.sync_detail) == (None, "parked", True)
    states.derive([item.pk])
    item.refresh_from_db()
    assert item.sync_state == "parked"


def test_nothing_is_written_to_where_it_was_moved(world: World):
    item = world.first()
    move_to(world, item, "OTTER")
    before = world.handle.site.issue(item.remote_id).values["summary"]
    world.edit(item, summary="Must not arrive")
    world.push()
    assert world.handle.site.issue(item.remote_id).values["summary"] == before
    change = Change.objects.get(item=item)
    assert (change.state, change.code) == ("parked", "moved")


def test_moved_between_mapped_projects_it_keeps_its_item_and_its_edits(world: World):
    other, run = project_mapping.map_project(world.connection, "OTTER", actor=world.person)
    while project_runs.work(run.pk):
        pass
    item = world.first()
    world.edit(item, summary="Follows the issue")
    move_to(world, item, "OTTER")
    world.settle()
    item.refresh_from_db()
    assert (item.project_id, item.deleted) == (other.pk, None)
    assert world.handle.site.issue(item.remote_id).values["summary"] == "Follows the issue"


def test_without_browse_every_item_says_so_until_it_is_given_back(world: World):
    world.grant("BROWSE_PROJECTS", False)
    world.poll()
    world.reconcile()
    item = world.first()
    states.derive([item.pk])
    item.refresh_from_db()
    assert (item.sync_state, "Browse Projects" in item.sync_detail) == ("parked", True)
    world.grant("BROWSE_PROJECTS", True)
    world.poll()
    long_ago()
    world.poll()
    item.refresh_from_db()
    assert (item.sync_state, item.deleted) == ("synced", None)


def test_an_archived_project_deletes_nothing(world: World):
    method = "POST" if world.handle.site.cloud else "PUT"
    api = "3" if world.handle.site.cloud else "2"
    world.jira(method, f"/rest/api/{api}/project/FALCON/archive")
    for _ in range(3):
        world.reconcile()
        world.poll()
        long_ago()
    assert not WorkItem.objects.exclude(deleted=None).exists()


def test_a_renamed_project_and_a_changed_time_zone_are_followed(world: World):
    site = world.handle.site
    site.users["svc-alm"].time_zone = "Asia/Tokyo"
    MappedProject.objects.update(key="OLD", name="Old name")
    Connection.objects.update(time_zone="UTC")
    world.reconcile()
    project = MappedProject.objects.get(pk=world.project.pk)
    assert (project.key, project.name) == ("FALCON", site.project("FALCON").name)
    assert Connection.objects.get(pk=world.connection.pk).time_zone == "Asia/Tokyo"
