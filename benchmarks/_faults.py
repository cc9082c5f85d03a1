"""What strikes calls to the benchmark server: a Jira that fails now and then, and one that limits.

`--fault-rate` is the share of calls that a proxy answers with a bare 503: a page, no Retry-After.
`--per-second` is how many calls are answered a second, by a bucket as deep as that; what is beyond is a
429 with a Retry-After of a second. The same calls in the same order are struck the same.
"""

from __future__ import annotations

import random
import time
from collections import Counter

SEED = 2047  # at 15 % the seventh call is the first to be struck, as on average
UNAVAILABLE = b"<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"
TOO_MANY = b'{"errorMessages":["Rate limit exceeded."],"errors":{}}'


class Faults:
    """Off until set."""

    def __init__(self) -> None:
        self.struck: Counter[int] = Counter()  # by status
        self.set()

    def set(self, rate: float = 0.0, per_second: float = 0.0) -> None:
        """From now on: `rate` of calls (0 to 1) fail, `per_second` are answered (0: all)."""
        self.rate, self.per_second = rate, per_second
        self.tokens, self.filled = per_second, time.monotonic()
        self.dice = random.Random(SEED)  # a figure should be repeatable

    def strike(self) -> tuple[int, bytes] | None:
        """The answer instead of work, if this call is struck."""
        found = None
        if self.per_second and not self._granted():
            found = 429, TOO_MANY
        elif self.rate and self.dice.random() < self.rate:
            found = 503, UNAVAILABLE
        if found:
            self.struck[found[0]] += 1
        return found

    def _granted(self) -> bool:
        now = time.monotonic()
        back = (now - self.filled) * self.per_second
        self.tokens, self.filled = min(self.per_second, self.tokens + back), now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True
