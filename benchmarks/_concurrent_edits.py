"""People who go on working in the benchmark's Jira while somebody imports: deletions and edits.

They happen between the answers: the first when a first part of the issues has been sent, the last when
nine in ten have, so that every contestant meets them all, however quick it is. Which issues they strike
is drawn from all, sent or not; the same each time.
"""

from __future__ import annotations

import random
from typing import Any

from benchmarks._issues import Store

SEED = 2026
UNTIL = 0.9  # of the issues sent
SUMMARY = "Edited meanwhile"


class ConcurrentEdits:
    """Nothing happens until it begins."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.waiting: list[
            tuple[float, str, int]
        ] = []  # at so many sent, what, issue; the last first
        self.edited: dict[int, str] = {}
        self.sent = 0

    def begin(self, deletes: int, edits: int) -> None:
        """From now on so many issues go, and so many others are edited."""
        dice = random.Random(SEED)  # a figure should be repeatable
        struck = dice.sample(list(self.store.ids), deletes + edits)
        kinds = ["delete"] * deletes + ["edit"] * edits
        dice.shuffle(kinds)
        apart = UNTIL * len(self.store.ids) / len(struck)
        moments = [apart * (n + 1) for n in range(len(struck))]
        self.waiting = list(zip(moments, kinds, struck, strict=True))[::-1]
        self.sent = 0

    def note(self, bodies: int) -> None:
        """So many issues more have been sent, with more than their ids."""
        self.sent += bodies
        while self.waiting and self.waiting[-1][0] <= self.sent:
            _, kind, number = self.waiting.pop()
            if kind == "delete":
                self.store.remove(number)
            else:
                self.edited[number] = f"{SUMMARY} {number}"
                self.store.edit(number, {"summary": self.edited[number]})

    def truth(self) -> dict[str, Any]:
        """The ids that there are now, the edited with their summaries, and how much is still to come."""
        edited = {str(number): summary for number, summary in self.edited.items()}
        return {
            "ids": [str(number) for number in self.store.ids],
            "edited": edited,
            "to_come": len(self.waiting),
        }
