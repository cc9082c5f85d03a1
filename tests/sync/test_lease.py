"""A lease lives as long as its holder, and nothing is sent under a lost one."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, transaction
from django.db.models import F

from planning.models import Change
from sync.models import Lease
from sync.outbound import send_changes
from sync.worker import failpoints, lease
from tests.sync.world import World


@pytest.fixture(params=["cloud"])
def handle(request):
    from jira_sandbox.server import running

    with running(flavour=request.param) as one:
        yield one


def take_over(name: str) -> None:
    """Another worker has claimed it."""
    Lease.objects.filter(name=name).update(fence=F("fence") + 1, owner="another")


@pytest.mark.django_db(transaction=True)
def test_it_is_renewed_while_its_holder_is_at_work():
    with lease.holding("work", seconds=0.9) as held:
        assert held is not None
        time.sleep(2.0)
        held.check()
        with transaction.atomic():
            held.guard()
        assert lease.claim("work") is None
    assert lease.claim("work") is not None


@pytest.mark.django_db(transaction=True)
def test_a_holder_that_lost_it_learns_so_by_itself():
    with lease.holding("work", seconds=0.6) as held:
        assert held is not None
        take_over("work")
        time.sleep(0.5)
        with pytest.raises(lease.LeaseLost):
            held.check()
        with transaction.atomic(), pytest.raises(lease.LeaseLost):
            held.guard()


@pytest.mark.django_db
def test_a_holder_that_stood_still_for_too_long_sends_nothing(monkeypatch):
    held = lease.claim("work", seconds=30)
    assert held is not None
    held.check()
    later = time.monotonic() + 31
    monkeypatch.setattr(lease.time, "monotonic", lambda: later)
    with pytest.raises(lease.LeaseLost):
        held.check()


@pytest.mark.django_db(transaction=True)
def test_a_create_slower_than_the_lease_is_made_once(handle, rte, monkeypatch):
    from tests.sync.world import build

    world = build(handle, rte)
    real = send_changes.holding
    monkeypatch.setattr(send_changes, "holding", lambda name: real(name, seconds=0.6))
    world.fault("slow", 2500, times=1, method="POST", path=r"/issue(/bulk)?$")
    item = world.create("Slow one")

    def work() -> None:
        try:
            send_changes.send_slice(world.connection.pk)
        finally:
            connection.close()

    first = threading.Thread(target=work)
    first.start()
    time.sleep(1.2)
    assert send_changes.send_slice(world.connection.pk) is False  # the first one is still at it
    first.join(10)
    item.refresh_from_db()
    assert world.issues("Slow one") == [item.remote_key]


def test_nothing_is_sent_and_nothing_settled_under_a_lost_lease(
    world: World, settings, monkeypatch
):
    item = world.create("Not by us")

    def lose(pid: int, number: int) -> None:
        take_over(f"push:{world.connection.pk}")

    settings.CRASH_AT = "create.sent"
    monkeypatch.setattr(failpoints.os, "kill", lose)
    assert send_changes.send_slice(world.connection.pk) is False
    assert Change.objects.get(item=item).state == "sending"
    settings.CRASH_AT = ""
    Lease.objects.update(owner="")
    world.settle()
    item.refresh_from_db()
    assert world.issues("Not by us") == [item.remote_key]
