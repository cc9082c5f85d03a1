"""A worker's turn at one connection: the lease it holds, and when it must let others go on."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from sync.worker.lease import Held

SECONDS = 20.0  # of one task, then another connection may have this worker


@dataclass(frozen=True, slots=True)
class Shift:
    """`over` is asked before each further call; `held` guards what the call's answer changes.

    `people`: who was looked up in this turn, kept by `sync.outbound.people`.
    """

    held: Held
    ends: float  # by the monotonic clock
    people: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def over(self) -> bool:
        return time.monotonic() >= self.ends

    def check(self) -> None:
        """Before each call that changes Jira: nothing is sent under a lost lease. Raises LeaseLost."""
        self.held.check()

    def guard(self) -> None:
        """In each transaction that settles something. Raises LeaseLost."""
        self.held.guard()
