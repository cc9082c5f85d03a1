"""One row of the table: a failure, how to provoke it, and what the doctor has to say to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.doctor.stage import FLAVOURS, Stage

DATA_CENTER = tuple(one for one in FLAVOURS if one != "cloud")


@dataclass(frozen=True)
class Row:
    """`what` is in the sentence; `who`, `where` (each one word or phrase of the remedy, several by
    `|`) name the person who acts and the place or button. `on`: the flavours where it applies.
    """

    code: str
    provoke: Callable[[Stage], object]
    what: str
    remedy: tuple[str, ...]
    on: tuple[str, ...] = FLAVOURS
    name: str = ""
    seen: tuple[tuple[str, str], ...] = ()
