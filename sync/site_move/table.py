"""The plan as people read it: how many of each kind, the lines of one kind, and all of it as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, QuerySet
from django.utils.functional import Promise

from sync.core.site_match import Verdict
from sync.models import MoveKind, MoveRow, SiteMove

VERDICTS: Final = tuple(one.value for one in Verdict)
KINDS: Final = tuple(one.value for one in MoveKind)
HEADER: Final = ("kind", "verdict", "project", "name", "id", "name_there", "id_there", "why")


@dataclass(frozen=True, slots=True)
class Line:
    """`counts`: how many by verdict, in the order of VERDICTS."""

    kind: str
    title: str | Promise
    counts: tuple[int, ...]

    @property
    def cells(self) -> list[tuple[str, int]]:
        return list(zip(VERDICTS, self.counts, strict=True))


def lines(move: SiteMove) -> list[Line]:
    """One for each kind of which there is anything."""
    rows = MoveRow.objects.filter(move=move).order_by().values_list("kind", "verdict")
    found: dict[str, dict[str, int]] = {}
    for kind, verdict, count in rows.annotate(n=Count("pk")):
        found.setdefault(kind, {})[verdict] = count
    return [
        Line(
            kind.value,
            kind.label,
            tuple(found[kind.value].get(verdict, 0) for verdict in VERDICTS),
        )
        for kind in MoveKind
        if kind.value in found
    ]


def rows_of(move: SiteMove, kind: str = "", verdict: str = "") -> QuerySet[MoveRow]:
    """In the order in which they were found. A word that is none of those is no filter."""
    rows = MoveRow.objects.filter(move=move).select_related("project").order_by("id")
    if kind in KINDS:
        rows = rows.filter(kind=kind)
    if verdict in VERDICTS:
        rows = rows.filter(verdict=verdict)
    return rows


def as_file(rows: QuerySet[MoveRow]) -> Iterator[tuple[str, ...]]:
    for row in rows.iterator(chunk_size=500):
        yield (
            row.kind,
            row.verdict,
            row.project.key if row.project else "",
            row.old_name,
            row.old_id,
            row.new_name,
            row.new_id,
            row.why,
        )
