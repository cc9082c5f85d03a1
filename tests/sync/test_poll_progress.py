"""A poll that ends in an error goes on from where it was; a mapping that only reads makes no Changes."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from connections.models import MappedProject
from jira_sandbox.serving import Handle
from planning.models import Change, WorkItem
from sync import polling, trace
from sync.models import Attempt
from tests.sync.test_drain import deliver
from tests.sync.world import World


def watermark(world: World):
    return MappedProject.objects.get(pk=world.project.pk).watermark


def test_pages_that_were_read_stay_read(world: World, handle: Handle, monkeypatch):
    begin = timezone.now() - timedelta(days=3650)
    MappedProject.objects.update(watermark=begin)
    monkeypatch.setattr(polling, "BATCH", 3)
    real = polling.halving.receive
    taken = []

    def third_fails(jira, project, batch, **rest):
        taken.append(len(batch))
        if len(taken) == 3:
            world.fault("error", 503, path=r"/search")
        return real(jira, project, batch, **rest)

    monkeypatch.setattr(polling.halving, "receive", third_fails)
    world.poll()
    assert len(taken) == 3
    # Data Center's pages come by id, so only a whole poll may move the watermark there.
    assert (watermark(world) > begin) == handle.site.cloud


def test_a_mapping_that_only_reads_makes_no_changes(world_with):
    world = world_with(direction="from_jira", conflict_policy="board_wins")
    item = world.first()
    WorkItem.objects.filter(pk=item.pk).update(summary="The board's")
    world.edit_issue(item.remote_key, summary="Jira's")
    world.poll()
    item.refresh_from_db()
    assert item.summary == "Jira's"
    assert not Change.objects.exists()


def test_the_chain_shows_the_newest_steps_and_the_far_end_of_links(world: World, monkeypatch):
    monkeypatch.setattr(trace, "MOST", 5)
    item, other = WorkItem.objects.filter(project=world.project).order_by("rank")[:2]
    for number in range(9):
        Attempt.objects.create(
            connection=world.connection, item=item, step="send", outcome="done", message=f"{number}"
        )
    ends = {"sourceIssueId": int(other.remote_id), "destinationIssueId": int(item.remote_id)}
    deliver(world, "issuelink_created", "", issueLink=ends, issue=None)
    steps = trace.chain(item)
    assert [one["message"] for one in steps if one["step"] == "send"] == list("45678")
    assert "delivery issuelink_created" in {one["step"] for one in steps}
