"""How many calls an answer's headers leave, and how long to wait. Pure.

Cloud tells limit, remaining and the moment of reset; Data Center a token bucket with fill rate and
interval.

Source: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
Data Center: https://confluence.atlassian.com/adminjiraserver/adjusting-your-code-for-rate-limiting-987143384.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

# Cloud's and Data Center's: see the sources above
RATE_HEADERS = (
    "retry-after",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-ratelimit-nearlimit",
    "x-ratelimit-interval-seconds",
    "x-ratelimit-fillrate",
    "ratelimit-reason",
)


@dataclass(frozen=True, slots=True)
class Pace:
    """A budget as one answer tells it; None where it does not.

    limit, remaining: calls or points. reset: when the budget is whole again. fill, interval: so
    many calls come back every so many seconds. near_limit: less than a fifth is left.
    """

    limit: int | None = None
    remaining: int | None = None
    reset: datetime | None = None
    fill: int | None = None
    interval: float | None = None
    near_limit: bool = False
    reason: str = ""

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "Pace":
        """The budget that response headers tell; names in lower case (`Observation.rate` will do)."""
        return cls(
            limit=_number(headers.get("x-ratelimit-limit")),
            remaining=_number(headers.get("x-ratelimit-remaining")),
            reset=_moment(headers.get("x-ratelimit-reset")),
            fill=_number(headers.get("x-ratelimit-fillrate")),
            interval=_number(headers.get("x-ratelimit-interval-seconds")),
            near_limit=headers.get("x-ratelimit-nearlimit", "").lower() == "true",
            reason=headers.get("ratelimit-reason", "")[:80],
        )

    @property
    def per_second(self) -> float | None:
        """The rate that can be kept up for ever, in calls a second; None where not told."""
        if self.fill is None or not self.interval:
            return None
        return self.fill / self.interval

    def wait(self, now: datetime) -> float:
        """Seconds to wait before the next call: none while something remains."""
        if self.remaining is None or self.remaining > 0:
            return 0.0
        if self.interval:
            return float(self.interval)
        if self.reset is not None:
            return max(0.0, (self.reset - now).total_seconds())
        return 0.0

    @property
    def scope(self) -> str:
        """What a refusal concerns: `issue`, `endpoint` or `connection`."""
        if "per-issue" in self.reason:
            return "issue"
        return "endpoint" if "burst" in self.reason else "connection"


def _number(text: str | None) -> int | None:
    try:
        return int(float(text)) if text else None
    except (ValueError, OverflowError):
        return None


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
