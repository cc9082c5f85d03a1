"""What the heading of "#2 Projects" says: how these projects stand, and nothing that is not so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.health import truth
from connections.models import Connection
from sync.models import RunState

if TYPE_CHECKING:
    from sync.pages.projects import Mapped


def of_projects(connection: Connection, rows: Sequence[Mapped]) -> str:
    """What stands still first, then what goes on or waits for a person; "the same on both sides" only
    where both directions are open and nothing is left over."""
    stands = truth.of_connection(connection)
    still = stands.short if stands.code not in {"live", "asked_to_wait"} else ""
    told = [still, *_runs(rows, reads=stands.reads), *_items(rows)]
    found = [one for one in told if one]
    paused = sum(not row.standing.reads and not row.standing.writes for row in rows)
    if not still and paused:
        found.append(
            ngettext("%(n)d project is paused", "%(n)d projects are paused", paused) % {"n": paused}
        )
    if not found:
        return _same(rows)
    # What is over the rest is true only where the rest does move.
    rest = [] if still or paused or len(found) > 2 or _runs(rows, reads=True) else _rest(rows)
    return ", ".join([*found, *rest])


def _runs(rows: Sequence[Mapped], *, reads: bool) -> list[str]:
    found = []
    if number := sum(row.importing for row in rows):
        words = (
            ngettext("%(n)d project is being imported", "%(n)d projects are being imported", number)
            if reads
            else ngettext(
                "%(n)d project waits for its import", "%(n)d projects wait for their import", number
            )
        )
        found.append(words % {"n": number})
    if number := sum(row.run is not None and row.run.state == RunState.FAILED for row in rows):
        words = ngettext(
            "the import of %(n)d project failed", "the imports of %(n)d projects failed", number
        )
        found.append(words % {"n": number})
    return found


def _items(rows: Sequence[Mapped]) -> list[str]:
    found = []
    if number := sum(row.counts["conflict"] for row in rows):
        words = ngettext(
            "%(n)d item waits for a decision", "%(n)d items wait for a decision", number
        )
        found.append(words % {"n": number})
    if number := sum(row.counts["parked"] for row in rows):
        words = ngettext(
            "Jira refused a change of %(n)d item", "Jira refused changes of %(n)d items", number
        )
        found.append(words % {"n": number})
    return found


def _rest(rows: Sequence[Mapped]) -> list[str]:
    waiting = sum(row.counts["waiting"] for row in rows)
    return (
        [_("%(n)d changed items wait") % {"n": waiting}] if waiting else [_("all else is in sync")]
    )


def _same(rows: Sequence[Mapped]) -> str:
    both = [row for row in rows if row.standing.moves]
    if len(both) == len(rows):
        words = ngettext(
            "%(n)d project is kept the same on both sides",
            "%(n)d projects are kept the same on both sides",
            len(rows),
        )
        return words % {"n": len(rows)}
    one_way = len(rows) - len(both)
    words = ngettext("%(n)d project goes one way only", "%(n)d projects go one way only", one_way)
    return words % {"n": one_way}
