"""Which issues are there: listed cheaply, a page at a time, so that a listing can stop and go on.

Never by offset alone, which loses issues while others change. Cloud hands out tokens that live for
days; elsewhere a page begins behind the ids seen last. Where bodies are searched for rather than
fetched, a project is cut into ranges of ids: the bounds are ids that exist, since some versions
refuse to compare with others, and evenly filled, since ids are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from jira_client import jql
from jira_client.client import JiraClient

PART = 200  # issues that are read, held in memory and written together
BLOCK = 9_000  # how far ahead bounds are looked for; some versions answer no offset beyond 10,000
# In larger projects parts are wider, since each costs some twenty statements; in smaller ones those in
# hand, which a crash has read again, would be most of the project.
FEW, WIDE = 10_000, 500


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of ids and where the next begins; `after` is None behind the last."""

    ids: Sequence[str]
    after: Any


def list_page(jira: JiraClient, scope: str, after: Any) -> Listing:
    """The page of ids behind `after` (None: the first). Raises JiraError."""
    ids, following = jira.search.ids_page(scope, after)
    return Listing(ids, following)


def width(total: int) -> int:
    """How many issues a part should hold, of a project of about so many."""
    return PART if total <= FEW else WIDE


def bounds_of_block(
    jira: JiraClient,
    scope: str,
    low: int | None,
    step: int,
    most: int,
    side_by_side: Callable[[Callable[[int], int | None], Iterable[int]], Iterable[int | None]],
) -> tuple[list[int], bool]:
    """The ids that begin the next ranges behind the bound `low`, `step` issues apart; and whether
    there may be more behind them. `most`: how many issues there are from `low` on, as far as known.
    `side_by_side` maps offsets to ids, several calls at once.
    """
    clause = jql.and_(scope, f"id >= {low}") if low is not None else scope

    def at(offset: int) -> int | None:
        found = jira.search.id_at(clause, offset)
        return int(found) if found else None

    offsets = range(step, min(BLOCK, most + step) + 1, step)
    found = [one for one in side_by_side(at, offsets) if one is not None]
    bounds = sorted({one for one in found if low is None or one > low})
    return bounds, len(found) == len(offsets) and bool(bounds)
