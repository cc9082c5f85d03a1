"""Jira's clock may be wrong: polling goes on, edits are taken in, and the connection says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from connections.models import Connection, MappedProject
from planning.models import Change, ChangeState, WorkItem
from sync.inbound.pair_merge import OLDER_FOR
from sync.models import Delivery, Shadow
from tests.sync.world import World

FUTURE = datetime(2099, 1, 1, tzinfo=UTC)


def project(world: World) -> MappedProject:
    return MappedProject.objects.get(pk=world.project.pk)


def note(world: World) -> str:
    return Connection.objects.get(pk=world.connection.pk).clock_note


def a_while_later(world: World) -> None:
    """As if the reads before had been longer ago."""
    earlier = timezone.now() - OLDER_FOR - timedelta(seconds=1)
    Shadow.objects.exclude(older_since=None).update(older_since=earlier, read_at=earlier)


def test_an_issue_from_the_future_blinds_no_poll(world: World) -> None:
    first, second = WorkItem.objects.filter(project=world.project).order_by("remote_key")[:2]
    world.handle.site.keys[first.remote_key].updated = FUTURE
    world.poll()
    watermark = project(world).watermark
    assert watermark is not None
    assert watermark < timezone.now() + timedelta(minutes=5)
    assert first.remote_key in note(world)
    world.edit_issue(second.remote_key, summary="Edited in Jira")
    world.poll()
    assert world.item(second.remote_key).summary == "Edited in Jira"


def test_a_watermark_in_the_future_is_mended_by_the_next_poll(world: World) -> None:
    MappedProject.objects.update(watermark=FUTURE, reconcile_due=FUTURE)
    world.poll()
    watermark = project(world).watermark
    assert watermark is not None
    assert watermark < timezone.now() + timedelta(minutes=5)
    assert project(world).reconcile_due <= timezone.now(), "what was missed is found by comparing"
    assert "Jira's clock" in note(world)


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=30)])
def test_a_clock_that_was_put_back(world: World, back: timedelta) -> None:
    item = world.first()
    world.handle.site.skew = -back
    world.edit_issue(item.remote_key, summary="By the old clock")
    world.hook({"webhookEvent": "jira:issue_updated", "issue": {"id": item.remote_id}})
    world.drain()
    a_while_later(world)
    world.hook({"webhookEvent": "jira:issue_updated", "issue": {"id": item.remote_id}, "n": 2})
    world.drain()
    assert world.item(item.remote_key).summary == "By the old clock"
    assert item.remote_key in note(world)
    assert Connection.objects.get().state == "warning"


def test_edits_of_the_board_reach_a_jira_whose_clock_was_put_back(world: World) -> None:
    item = world.first()
    world.handle.site.skew = -timedelta(hours=2)
    world.edit_issue(item.remote_key, labels=["late"])
    world.edit(item, summary="From the board")
    world.push()
    a_while_later(world)
    world.push()
    assert world.issue(item.remote_key)["summary"] == "From the board"
    assert world.item(item.remote_key).labels == ["late"]
    assert set(Change.objects.values_list("state", flat=True)) == {ChangeState.SETTLED}


def test_one_old_answer_alone_is_not_believed(world: World) -> None:
    """A search index that lags behind shows what was, once; the board keeps what it knows."""
    item = world.first()
    issue = world.handle.site.keys[item.remote_key]
    issue.updated -= timedelta(minutes=1)
    issue.values["summary"] = "Stale"
    world.hook({"webhookEvent": "jira:issue_updated", "issue": {"id": item.remote_id}})
    world.drain()
    assert world.item(item.remote_key).summary != "Stale"


def test_what_is_written_after_the_clock_was_put_back_is_agreed(world: World) -> None:
    """The read after the write looks older than the one before it; the write was taken all the same."""
    item = world.first()
    world.handle.site.skew = timedelta(hours=1)
    world.edit_issue(item.remote_key, summary="One")
    world.poll()
    world.handle.site.skew = timedelta(0)
    world.edit(item, summary="Two")
    world.push()
    assert world.issue(item.remote_key)["summary"] == "Two"
    assert Shadow.objects.get(item=item).agreed["summary"] == "Two"
    world.edit_issue(item.remote_key, summary="One")
    a_while_later(world)
    world.poll()
    a_while_later(world)
    world.settle()
    assert world.item(item.remote_key).summary == "One", "somebody in Jira set it back knowingly"
    assert world.issue(item.remote_key)["summary"] == "One"


def test_one_comparison_is_enough_where_nothing_else_reads(world: World) -> None:
    """No webhook tells of the edit and no poll asks for what is older: the second look comes by itself."""
    item = world.first()
    world.poll()
    world.handle.site.skew = -timedelta(days=2)
    world.edit_issue(item.remote_key, summary="By the old clock")
    world.handle.site.skew = timedelta(0)
    world.reconcile()
    item.refresh_from_db()
    assert item.summary != "By the old clock", "one old answer alone is not believed"
    a_while_later(world)
    Delivery.objects.filter(state="waiting").update(due=timezone.now())
    world.drain()
    item.refresh_from_db()
    assert item.summary == "By the old clock"
    assert not Delivery.objects.filter(state="waiting").exists()
