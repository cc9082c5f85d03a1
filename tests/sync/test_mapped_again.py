"""Ending a mapping and mapping the project again finds the same items, with what changed meanwhile."""

from __future__ import annotations

from connections.models import MappedProject
from planning.models import WorkItem
from sync.mapping import project_mapping
from sync.runs import project_runs
from tests.sync.world import PROJECT, World


def unmap(world: World) -> None:
    project_mapping.unmap(MappedProject.objects.get(pk=world.project.pk), actor=world.person)


def map_again(world: World) -> None:
    project, run = project_mapping.map_project(world.connection, PROJECT, actor=world.person)
    while project_runs.work(run.pk):
        pass
    world.project = MappedProject.objects.get(pk=project.pk)


def test_the_board_is_not_doubled(world: World):
    before = set(WorkItem.objects.live().values_list("pk", flat=True))
    unmap(world)
    assert set(WorkItem.objects.values_list("sync_state", flat=True)) == {"local_only"}
    map_again(world)
    assert set(WorkItem.objects.live().values_list("pk", flat=True)) == before
    assert set(WorkItem.objects.values_list("sync_state", flat=True)) == {"synced"}


def test_edits_of_both_sides_meanwhile_are_merged(world: World):
    item = world.first()
    unmap(world)
    item.refresh_from_db()
    world.edit(item, description="Written on the board")
    world.edit_issue(item.remote_key, summary="Written in Jira")
    map_again(world)
    world.settle()
    item.refresh_from_db()
    assert item.summary == "Written in Jira"
    assert world.issue(item.remote_key)["description"] == "Written on the board"


def test_what_was_deleted_meanwhile_stays_deleted(world: World):
    item = world.first()
    unmap(world)
    item.refresh_from_db()
    world.delete(item)
    map_again(world)
    item.refresh_from_db()
    assert item.deleted is not None
    assert not WorkItem.objects.live().filter(remote_key=item.remote_key).exists()
