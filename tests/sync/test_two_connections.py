"""I8: a connection on which everything fails holds up nothing of another, and says so itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from connections.access import gateway
from connections.models import Connection, MappedProject, SealedSecret
from jira_sandbox.server import Handle, running
from planning.models import Change, WorkItem
from sync.models import Delivery, Lease
from sync.pairs.states import UNDER_WAY
from sync.schedule import tasks
from tests.sync.world import World, build

pytestmark = pytest.mark.django_db(transaction=True)  # as the worker's tasks: committed for real


@pytest.fixture
def pair(handle: Handle, rte: User, eager: None) -> Iterator[tuple[World, World]]:
    """A connection to be spoilt, on the other kind of Jira, and one that stays well."""
    other = "datacenter" if handle.site.cloud else "cloud"
    with running(flavour=other) as spoilt:
        yield build(spoilt, rte, team_name="Spoilt"), build(handle, rte)


def broken_seal(world: World) -> None:
    SealedSecret.objects.filter(connection=world.connection).update(sealed="v1:t1:broken")
    gateway.forget(world.connection.pk)  # the client that still holds the secret


def switched(name: str, value: Any = True) -> Callable[[World], None]:
    return lambda world: world.fault(name, value)


SPOILING = {
    "every call fails": switched("error", 503),
    "a login page": switched("login_page"),
    "garbage": switched("garbage"),
    "no answer": switched("request_lost"),
    "no calls left": switched("rate_limit", 60),
    "a broken seal": broken_seal,
}


def edit(
    world: World, words: str, spoil: Callable[[World], None] = lambda world: None
) -> tuple[WorkItem, WorkItem]:
    """An edit in Jira, of which a webhook tells, and one on the board; between them it may be spoilt."""
    rows = WorkItem.objects.filter(project=world.project, deleted=None).order_by("rank")
    ours, theirs = rows[0], rows[1]
    world.edit_issue(theirs.remote_key, summary=f"Jira: {words}")
    spoil(world)
    issue = {"id": theirs.remote_id, "key": theirs.remote_key}
    world.hook({"webhookEvent": "jira:issue_updated", "timestamp": 1, "issue": issue})
    world.edit(ours, summary=f"Board: {words}")
    return ours, theirs


def tick() -> None:
    """One beat: every task that it wakes runs at once, and an error of one would end it."""
    now = timezone.now()
    MappedProject.objects.update(poll_due=now)
    Change.objects.filter(state="waiting").update(due=now)
    Delivery.objects.filter(state="waiting").update(due=now)
    Lease.objects.filter(owner="").update(until=now)
    tasks.tick()


def through(world: World, items: tuple[WorkItem, WorkItem], words: str) -> bool:
    ours, theirs = items
    theirs.refresh_from_db()
    there = world.issue(ours.remote_key)["summary"] == f"Board: {words}"
    return there and theirs.summary == f"Jira: {words}"


@pytest.mark.parametrize("spoil", SPOILING.values(), ids=SPOILING)
def test_the_other_goes_on(pair: tuple[World, World], spoil: Callable[[World], None]):
    bad, good = pair
    of_bad, of_good = edit(bad, "one", spoil), edit(good, "one")
    tick()
    assert through(good, of_good, "one")
    of_good = edit(good, "two")
    tick()
    assert through(good, of_good, "two")
    change = Change.objects.get(item=of_bad[0])
    assert (change.state in UNDER_WAY, change.message != "") == (True, True)
    told = {one.pk: one for one in Connection.objects.all()}
    well, ill = told[good.connection.pk], told[bad.connection.pk]
    assert (well.health, well.call_after) == ("ok", None)
    assert ill.health != "ok" or ill.call_after is not None
