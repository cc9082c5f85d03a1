"""A census of a million issues holds their packed ids and no more: memory does not grow with pairs."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest

from almconnect.lib import bulk_rows
from connections.access.gateway import jira_for
from planning.models import WorkItem
from sync.inbound import absence
from sync.models import Run, RunKind, RunPart, Shadow
from sync.runs import parts
from tests.sync.world import World

FIRST = 5_000_000


@pytest.fixture
def run(world: World) -> Run:
    return Run.objects.create(project=world.project, kind=RunKind.RECONCILE)


def peak(work: Callable[[], object]) -> tuple[object, int]:
    """What it returned, and the most bytes that were held meanwhile, beyond those before."""
    tracemalloc.start()
    try:
        return work(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def keep(run: Run, blocks: list[range]) -> None:
    RunPart.objects.bulk_create(
        RunPart(run=run, phase="reading", ids=parts.pack(map(str, block))) for block in blocks
    )


def test_the_listed_ids_take_eight_bytes_each_and_half_as_much_while_they_grow(run: Run) -> None:
    keep(run, [range(at, at + 500) for at in range(FIRST, FIRST + 200_000, 500)])
    listed, most = peak(lambda: parts.Listed(run, "reading"))
    assert isinstance(listed, parts.Listed)
    assert len(listed) == 200_000
    assert most < 200_000 * 8 * 1.5 + 1_000_000


def test_parts_in_any_order_are_one_set(run: Run) -> None:
    keep(run, [range(30, 33), range(10, 12), range(20, 20), range(11, 21)])
    listed = parts.Listed(run, "reading")
    assert [int(one) for one in listed] == sorted([30, 31, 32, 10, *range(11, 21), 11])
    assert all(str(one) in listed for one in (10, 11, 20, 32))
    assert not any(one in listed for one in ("9", "21", "33", "x", ""))


def test_pairs_are_looked_through_without_being_held(world: World, run: Run) -> None:
    def census(pairs: int) -> int:
        more = range(
            FIRST + Shadow.objects.filter(remote_id__gte=str(FIRST)).count(), FIRST + pairs
        )
        items = [WorkItem(project=world.project, type="Story", remote_id=str(n)) for n in more]
        bulk_rows.insert(items)
        bulk_rows.insert(
            [
                Shadow(connection=world.connection, project=world.project, item=item,
                       remote_id=item.remote_id, remote_key=f"X-{item.remote_id}")
                for item in items
            ]
        )  # fmt: skip
        ids = Shadow.objects.filter(project=world.project).values_list("remote_id", flat=True)
        present = set(ids)
        jira = jira_for(world.connection)
        found, most = peak(
            lambda: absence.take_census(world.connection, jira, world.project, present)
        )
        assert found == absence.Census()
        return most

    census(1)  # what is made once: the client, the queries
    few, many = census(2_000), census(12_000)
    assert many - few < 10_000 * 20  # an id as text takes more than fifty bytes
