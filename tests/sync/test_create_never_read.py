"""A worker dies between a create and its first read, and nothing else tells of the issue: a poll asks for
what changed since, and Jira's clock was put back. The item is read all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from planning.models import Change, WorkItem
from sync.inbound import polls
from sync.models import Lease, Shadow
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def item(world: World, killed_at: Any) -> WorkItem:
    world.handle.site.skew = timedelta(hours=-1)
    item = world.create("Made while Jira's clock was back", status="To Do")
    with killed_at("create.paired"):
        world.push(rounds=1)
    assert Shadow.objects.get(item=item).remote_updated is None
    world.handle.site.skew = timedelta(0)
    return item


def leave(world: World) -> None:
    """The dead worker's lease ends."""
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))


def test_a_poll_sees_to_it(world: World, item: WorkItem) -> None:
    leave(world)
    world.settle()
    item.refresh_from_db()
    assert Shadow.objects.get(item=item).remote_updated is not None
    assert item.priority == "Medium"
    assert item.sync_state == "synced"
    assert not Change.objects.exclude(state="settled").exists()


def test_a_push_at_work_is_left_to_do_it(world: World, item: WorkItem) -> None:
    before = Change.objects.count()
    Lease.objects.filter(name__startswith="push:").update(
        until=timezone.now() + timedelta(seconds=30), owner="another worker"
    )
    polls.poll(world.project.pk)
    assert Change.objects.count() == before
