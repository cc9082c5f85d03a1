"""The calls of one part go side by side, in their order; few parts are read before they are needed."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from jira_client.values import Issue
from sync.runs import issue_pages
from sync.runs.part_reader import AHEAD, AT_ONCE, SIDE_BY_SIDE, Reader, Slice
from sync.worker.lease import holding
from tests.sync.importing import run_to_end
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)
PIECES = 5


@pytest.fixture
def part() -> Iterator[Slice]:
    with holding("reading ahead") as held:
        assert held is not None
        with Slice(held, 20, 30) as opened:
            yield opened


class Meeting:
    """A Jira that answers none of these calls before all of them were made."""

    def __init__(self, calls: int) -> None:
        self._together = threading.Barrier(calls, timeout=10)

    def fetch(self, ids: Sequence[str], *_: Any) -> Any:
        self._together.wait()
        return SimpleNamespace(issues=[Issue(one, f"K-{one}", {}) for one in ids])


def reader(part: Slice, jira: Meeting, *, bulk: bool) -> Reader:
    client: Any = SimpleNamespace(issues=jira)
    return Reader(client, "", (), (), (), part.patience, part.calls if bulk else None)


def test_the_calls_of_a_part_go_side_by_side_and_keep_their_order(part: Slice) -> None:
    ids = [str(number) for number in range(PIECES * AT_ONCE)]
    issues, lost = reader(part, Meeting(PIECES), bulk=True).read_ids(ids)
    assert [issue.id for issue in issues] == ids
    assert lost == []


def test_elsewhere_they_follow_each_other(part: Slice) -> None:
    ids = [str(number) for number in range(2 * AT_ONCE)]
    issues, _ = reader(part, Meeting(1), bulk=False).read_ids(ids)
    assert [issue.id for issue in issues] == ids


@pytest.mark.parametrize("most", [1, 4])
def test_no_more_is_read_ahead_than_was_asked_for(part: Slice, most: int) -> None:
    taken = applied = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(1, 30):
            taken += 1
            assert taken - applied <= most + 1  # those, and the one that is being applied
            yield number

    for _ in part.each(lambda number: number, items(), most):
        applied += 1
    assert applied == 29


def test_wide_parts_are_read_few_at_once(world: World, part: Slice) -> None:
    run = run_to_end(world)
    for total, cloud in ((issue_pages.FEW, 10), (issue_pages.FEW + 1, 4)):
        run.total = total
        jira: Any = SimpleNamespace(flavour=SimpleNamespace(bulk_fetch=True))
        assert Reader.of(jira, run, part, ("id",)).ahead == cloud
        jira.flavour.bulk_fetch = False
        assert Reader.of(jira, run, part, ("id",)).ahead == AHEAD
    assert AHEAD > SIDE_BY_SIDE
