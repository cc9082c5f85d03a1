"""Times as Jira writes them. It must not hold state.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/
"""

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)


def stamp(moment: datetime, time_zone: str = "UTC") -> str:
    """`2026-11-23T10:04:05.123+0000`, in the reader's time zone, to the millisecond."""
    local = moment.astimezone(zone(time_zone))
    text = local.isoformat("T", "milliseconds")
    return text[:-3] + text[-2:]


def agile(moment: datetime | None) -> str | None:
    """`2026-11-23T10:04:05.123Z`, as the boards' API writes sprint dates."""
    if moment is None:
        return None
    return (
        moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
    )


def parsed(text: str) -> datetime:
    """A moment out of an ISO text; without an offset it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
