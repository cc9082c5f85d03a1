"""What happened in Jira while a mapping was paused is not lost: resuming compares it whole."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from connections.models import MappedProject
from sync.inbound import polls
from sync.mapping import project_mapping
from sync.models import Delivery, Shadow
from sync.runs import project_runs
from sync.schedule import sweep
from tests.sync.test_drain import deliver
from tests.sync.world import World


def pause(world: World) -> None:
    project_mapping.change(world.project, actor=world.person, values={"direction": "paused"})


def resume(world: World) -> None:
    project = MappedProject.objects.get(pk=world.project.pk)
    project_mapping.change(project, actor=world.person, values={"direction": "both"})


def tick(world: World) -> None:
    """What the tick would hand out now."""
    for run in sweep.due_runs():
        while project_runs.work(run):
            pass
    for project in sweep.claim_polls():
        polls.poll(project)


def test_a_deletion_during_the_pause_is_found_soon_after_it(world: World):
    pause(world)
    item = world.first()
    world.jira("DELETE", f"/rest/api/2/issue/{item.remote_key}")
    deliver(world, "jira:issue_deleted", item.remote_id)
    world.drain()
    row = Delivery.objects.get()
    assert (row.state, "paused" in row.detail) == ("ignored", True)
    resume(world)
    tick(world)
    item.refresh_from_db()
    assert item.deleted is None
    project = MappedProject.objects.get(pk=world.project.pk)
    assert project.poll_due is not None
    assert project.poll_due <= timezone.now() + timedelta(minutes=5)
    long_ago = timezone.now() - timedelta(minutes=1)
    Shadow.objects.filter(item=item).update(absent_since=long_ago)
    MappedProject.objects.update(poll_due=timezone.now())
    tick(world)
    item.refresh_from_db()
    assert (item.deleted is not None, item.sync_state) == (True, "gone")


def test_an_edit_during_the_pause_comes_with_the_resuming(world: World):
    pause(world)
    item = world.first()
    world.edit_issue(item.remote_key, summary="Edited meanwhile")
    deliver(world, "jira:issue_updated", item.remote_id)
    world.drain()
    resume(world)
    tick(world)
    item.refresh_from_db()
    assert item.summary == "Edited meanwhile"
