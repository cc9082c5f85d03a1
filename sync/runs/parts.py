"""A run's parts: id lists and id ranges as rows, and the set of ids that a run has seen.

Ids are packed as 64-bit numbers: a million of them are eight megabytes, in rows or in memory.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise

from sync.models import Run, RunPart


def pack(ids: Iterable[str]) -> bytes:
    return array("q", sorted(int(one) for one in ids)).tobytes()


def unpack(packed: bytes | memoryview) -> list[str]:
    found = array("q")
    found.frombytes(bytes(packed))
    return [str(one) for one in found]


def add(run: Run, phase: str, ids: Sequence[str], size: int) -> None:
    """Keep these ids as parts of at most `size`, to be worked through."""
    ordered = sorted(ids, key=int)
    RunPart.objects.bulk_create(
        RunPart(run=run, phase=phase, ids=pack(ordered[at : at + size]))
        for at in range(0, len(ordered), size)
    )


def add_ranges(run: Run, phase: str, bounds: Sequence[int | None]) -> None:
    """Keep the ranges between neighbouring bounds; None at either end is no bound."""
    RunPart.objects.bulk_create(
        RunPart(run=run, phase=phase, is_range=True, low=low, high=high)
        for low, high in pairwise(bounds)
    )


def settle(part: RunPart, ids: Iterable[str] | None = None) -> None:
    """This part is done; `ids` are what a range held."""
    if ids is not None:
        part.ids = pack(ids)
    part.done = True
    part.save(update_fields=["done", "ids"])


def waiting(run: Run, phase: str, after: int, limit: int) -> list[RunPart]:
    """The next parts to do, in their order, beginning behind the part `after`."""
    rows = RunPart.objects.filter(run=run, phase=phase, done=False, id__gt=after)
    return list(rows.order_by("id")[:limit])


class Listed(Collection[str]):
    """Every issue id that a phase's parts hold, sorted: a set of a million in eight megabytes."""

    def __init__(self, run: Run, phase: str) -> None:
        found = array("q")
        ordered = True
        rows = RunPart.objects.filter(run=run, phase=phase).order_by("id")
        for packed in rows.values_list("ids", flat=True).iterator(chunk_size=100):
            end = len(found)
            found.frombytes(bytes(packed))
            ordered = ordered and (end in (0, len(found)) or found[end - 1] <= found[end])
        # Listed by ascending id they are in order; to sort a million takes five times their memory.
        self._ids = found if ordered else array("q", sorted(found))

    def __contains__(self, issue_id: object) -> bool:
        if not (isinstance(issue_id, str) and issue_id.isdigit()):
            return False
        number = int(issue_id)
        at = bisect_left(self._ids, number)
        return at < len(self._ids) and self._ids[at] == number

    def __iter__(self) -> Iterator[str]:
        return (str(one) for one in self._ids)

    def __len__(self) -> int:
        return len(self._ids)
