"""What goes wrong with Jira in a history: every kind of fault comes until it has struck."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from tests.soak.ways import Ways
from tests.sync.world import World

# What goes wrong while a worker is at it: name, value, how often.
FAULTS: tuple[tuple[str, Any, int | None], ...] = (
    ("rate_limit", 1, 3),
    ("error", 500, 3),
    ("error", 503, 4),
    ("answer_lost", True, 3),
    ("answer_html", True, 2),
    ("request_lost", True, 3),
    ("login_page", True, 2),
    ("truncated", True, 2),
    ("garbage", True, 2),
    ("webhooks_lost", True, None),
    ("webhooks_doubled", True, None),
    ("webhooks_reordered", 200, None),
    ("search_lag", 30, None),
)


class Weather:
    """A shuffled deck of faults. One that met no call or delivery goes back under the others."""

    def __init__(self, world: World, rng: random.Random, ways: Ways = Ways.ALL) -> None:
        self.world, self.rng = world, rng
        self.faults = [fault for fault in FAULTS if ways.meets(fault[0])]
        self.struck: Counter[str] = Counter()  # turns in which it struck, by name and value
        self._sandbox: Any = world.handle.site.parts["faults"]
        self._deck: list[tuple[str, Any, int | None]] = []
        self._now: tuple[str, Any, int | None] | None = None
        self._before = 0
        self.missed = (
            0  # turns in a row in which none struck: the machine is busy, workers are slow
        )

    @property
    def unmet(self) -> list[str]:
        """What has not struck yet."""
        return [_name(fault) for fault in self.faults if not self.struck[_name(fault)]]

    def turn(self) -> None:
        """The next fault is on."""
        if not self._deck:
            self._deck = self.rng.sample(self.faults, len(self.faults))
        self._now = self._deck.pop()
        name, value, times = self._now
        self._before = self._sandbox.taken[name]
        self.world.fault(name, value, times=times)

    def judge(self) -> None:
        """At the end of a round: whether the fault that was on has struck."""
        if self._now is None:
            return
        if self._sandbox.taken[self._now[0]] > self._before:
            self.struck[_name(self._now)] += 1
            self.missed = 0
        else:
            self.missed += 1
            self._deck.insert(0, self._now)
        self._now = None


def _name(fault: tuple[str, Any, int | None]) -> str:
    return fault[0] if fault[1] is True else f"{fault[0]} {fault[1]}"
