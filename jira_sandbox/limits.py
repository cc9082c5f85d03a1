"""Rate limits per user, off by default: Data Center's token bucket, Cloud's burst limit.

It must not know routes.

Source: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
Data Center: https://confluence.atlassian.com/adminjiraserver/adjusting-your-code-for-rate-limiting-987143384.html
"""

import math
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta

from .model.people import User
from .model.site import Site
from .refusal import Refusal

Headers = list[tuple[str, str]]


@dataclass(slots=True)
class Bucket:
    """`capacity` tokens at most, `fill` of them back every `interval` seconds."""

    capacity: int
    fill: int
    interval: float
    tokens: float = 0.0
    filled: float = field(default_factory=time.monotonic)

    def take(self) -> bool:
        now = time.monotonic()
        steps = (now - self.filled) / self.interval
        self.tokens = min(float(self.capacity), self.tokens + steps * self.fill)
        self.filled = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    @property
    def wait(self) -> int:
        """Whole seconds until a token is back."""
        missing = max(0.0, 1 - self.tokens)
        return max(1, math.ceil(missing / self.fill * self.interval)) if missing else 0


class Limits:
    """The limits that are set, by user name."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._buckets: dict[str, Bucket] = {}
        self._lock = threading.Lock()

    def set(self, user: User, capacity: int | None, fill: int = 1, interval: float = 1.0) -> None:
        """Limits a user; a capacity of None or 0 takes the limit away."""
        with self._lock:
            if capacity:
                self._buckets[user.name] = Bucket(capacity, fill, interval, float(capacity))
            else:
                self._buckets.pop(user.name, None)

    def charge(self, user: User | None) -> Headers:
        """Headers for the answer. Raises Refusal 429 where the bucket is empty."""
        if user is None or user.name not in self._buckets:
            return []
        with self._lock:
            bucket = self._buckets[user.name]
            granted = bucket.take()
            headers = self._headers(bucket, granted)
        if not granted:
            raise Refusal(429, "Rate limit exceeded.", headers=headers)
        return headers

    def _headers(self, bucket: Bucket, granted: bool) -> Headers:
        wait = 0 if granted else bucket.wait
        left = str(int(bucket.tokens))
        headers = [("X-RateLimit-Limit", str(bucket.capacity)), ("X-RateLimit-Remaining", left)]
        if not self.site.cloud:
            return [
                *headers, ("X-RateLimit-Interval-Seconds", f"{bucket.interval:g}"),
                ("X-RateLimit-FillRate", str(bucket.fill)), ("Retry-After", str(wait)),
            ]  # fmt: skip
        if bucket.tokens < bucket.capacity * 0.2:
            headers.append(("X-RateLimit-NearLimit", "true"))
        if granted:
            return headers
        reset = (self.site.now() + timedelta(seconds=wait)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return [*headers, ("Retry-After", str(wait)), ("X-RateLimit-Reset", reset),
                ("RateLimit-Reason", "jira-burst-based")]  # fmt: skip
