""" "Later" has a bound and a reason: what waits is tried less and less often, and is seen after a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from connections.models import Connection
from planning.models import Change, Link
from sync.models import Shadow
from sync.outbox import change_queue
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def a_day_ago(change: Change) -> None:
    when = timezone.now() - timedelta(days=1, minutes=1)
    Change.objects.filter(pk=change.pk).update(put_off_since=when, put_off=change_queue.MANY)


def test_reading_again_waits_longer_each_time_and_ends(world: World) -> None:
    item = world.item(world.create_and_read("a story"))
    # As if something newer had been applied: whatever is read now is older than that.
    ahead = timezone.now() + timedelta(days=2)
    Shadow.objects.filter(item=item).update(read_at=ahead)
    world.edit(item, story_points=8)
    waits = []
    for _ in range(7):
        world.push(1)
        change = Change.objects.get(item=item)
        waits.append((change.due - timezone.now()).total_seconds())
    assert "reading again" in change.message
    assert change.put_off == 7
    assert waits[0] < 3 < 20 < waits[6] < change_queue.backoff(20, 1.0) + 1
    a_day_ago(change)
    world.push(1)
    change.refresh_from_db()
    item.refresh_from_db()
    assert (change.state, change.code, item.sync_state) == ("parked", "never_ready", "parked")
    assert "for a day" in change.message
    assert "reading again" in change.message


def test_what_is_tried_at_last_begins_anew(world: World) -> None:
    item = world.item(world.create_and_read("a story"))
    world.edit(item, story_points=8)
    change = Change.objects.get(item=item)
    Change.objects.filter(pk=change.pk).update(put_off=5, put_off_since=timezone.now())
    world.push()
    change.refresh_from_db()
    assert (change.state, change.put_off, change.put_off_since) == ("settled", 0, None)


def test_an_issue_that_is_not_shown_and_a_link_without_its_end(world: World) -> None:
    first = world.item(world.create_and_read("a story"))
    waiting = world.create("never taken")
    Change.objects.filter(item=waiting).update(
        state="looking", due=timezone.now() + timedelta(days=9)
    )
    link = world.link(first, waiting)
    change = Change.objects.get(link=link)
    for times in range(1, 4):
        Change.objects.filter(pk=change.pk).update(due=timezone.now())
        from sync.outbound import send_changes

        send_changes.send_slice(world.connection.pk)
        change.refresh_from_db()
        assert (change.state, change.put_off) == ("waiting", times)
    a_day_ago(change)
    Change.objects.filter(pk=change.pk).update(due=timezone.now())
    send_changes.send_slice(world.connection.pk)
    change.refresh_from_db()
    assert (change.state, change.code) == ("parked", "never_ready")
    assert Link.objects.get(pk=link.pk).deleted is None


@pytest.mark.parametrize("asked", ["86400000", "9" * 20])
def test_a_wait_of_years_is_an_hour(world: World, asked: str) -> None:
    item = world.item(world.create_and_read("a story"))
    world.edit(item, story_points=8)
    world.fault("rate_limit", asked, path="/issue")
    world.push(1)
    connection = Connection.objects.get(pk=world.connection.pk)
    assert connection.call_after is not None
    assert connection.call_after <= timezone.now() + timedelta(minutes=80)
    change = Change.objects.get(item=item)
    assert change.due <= timezone.now() + timedelta(minutes=80)
    assert change.state == "waiting"
