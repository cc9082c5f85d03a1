"""One issue on which we fail holds up no other: it is tried alone, then shown as failed."""

from __future__ import annotations

import pytest

from connections.models import MappedProject
from jira_client.errors import TooLarge, Truncated
from planning.models import WorkItem
from sync.inbound import bisect, pull
from sync.models import Delivery
from sync.outbox.poisoned_items import in_halves
from sync.status import replay
from tests.sync.test_drain import deliver
from tests.sync.world import World


@pytest.fixture
def poisoned(world: World, monkeypatch) -> tuple[World, list[WorkItem]]:
    """Ten items, changed in Jira; the fourth cannot be taken in."""
    rows = list(WorkItem.objects.filter(project=world.project).order_by("rank")[:10])
    for row in rows:
        world.edit_issue(row.remote_key, description="Seen")
    real = pull.apply

    def apply(project, issues, **rest):
        if any(issue.id == rows[3].remote_id for issue in issues):
            raise ValueError("poison")
        return real(project, issues, **rest)

    monkeypatch.setattr(pull, "apply", apply)
    return world, rows


def seen(rows: list[WorkItem]) -> list[int]:
    for row in rows:
        row.refresh_from_db()
    return [at for at, row in enumerate(rows) if row.description == "Seen"]


def test_the_others_deliveries_flow_and_it_fails_with_the_reason(poisoned):
    world, rows = poisoned
    for number, row in enumerate(rows):
        deliver(world, "jira:issue_updated", row.remote_id, number)
    world.drain()
    assert seen(rows) == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    for _ in range(5):
        world.drain()
    bad = Delivery.objects.exclude(state="done").get()
    assert (bad.issue_id, bad.state, "ValueError" in bad.detail) == (
        rows[3].remote_id,
        "failed",
        True,
    )
    assert bad.trace.count() == 4


def test_a_poll_goes_on_and_leaves_it_in_the_inbox(poisoned, monkeypatch):
    world, rows = poisoned
    world.poll()
    assert seen(rows) == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    row = Delivery.objects.get()
    assert (row.state, row.issue_id) == ("waiting", rows[3].remote_id)
    monkeypatch.undo()
    world.drain()
    assert seen(rows) == list(range(10))
    assert Delivery.objects.get().state == "done"


def test_a_failed_one_is_replayed_once_it_is_mended(poisoned, monkeypatch):
    world, rows = poisoned
    deliver(world, "jira:issue_updated", rows[3].remote_id)
    for _ in range(6):
        world.drain()
    monkeypatch.undo()
    replay.replay_delivery(Delivery.objects.get(), actor=world.person)
    world.drain()
    assert (Delivery.objects.get().state, seen(rows)) == ("done", [3])


def test_an_answer_that_is_too_large_is_read_in_halves(world: World):
    from connections.access.gateway import jira_for

    jira = jira_for(world.connection)
    real = jira.issues.fetch
    heavy = world.first().remote_id

    class Limited:
        def fetch(self, ids, fields, marks=()):
            if heavy in ids or len(ids) > 4:
                raise TooLarge("The answer is larger than 10 MB.")
            return real(ids, fields, marks)

    class Client:
        issues = Limited()

    ids = list(WorkItem.objects.filter(project=world.project).values_list("remote_id", flat=True))
    read = bisect.fetch(Client(), ids, ("summary",))
    assert {issue.id for issue in read.issues} == set(ids) - {heavy}
    assert list(read.failed) == [heavy]


def test_a_batch_is_halved_until_the_bad_ones_stand_alone():
    tried, alone = [], []

    def work(rows):
        tried.append(rows)
        if {3, 4} & set(rows):
            raise ValueError(rows)
        return sum(rows)

    done = in_halves(MappedProject(), range(8), work, lambda row, problem: alone.append(row))
    assert (done, alone) == ([0 + 1, 2, 5, 6 + 7], [3, 4])
    assert [len(rows) for rows in tried] == [8, 4, 2, 2, 1, 1, 4, 2, 1, 1, 2]


def test_what_is_everybodys_is_no_fault_of_one():
    def work(rows):
        raise Truncated("The answer ends early.")

    with pytest.raises(Truncated):
        in_halves(MappedProject(), range(8), work, lambda row, problem: pytest.fail("isolated"))
