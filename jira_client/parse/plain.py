"""The plain parts of every answer: objects, arrays, texts, numbers, moments.

Source of moments: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/
Other ways to write them (milliseconds in webhooks) were seen in deliveries of real instances; the vendor
does not say.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from jira_client.errors import NotJira


def mapping(value: Any) -> Mapping[str, Any]:
    """A JSON object. Raises NotJira for anything else."""
    if not isinstance(value, Mapping):
        raise NotJira("Jira's answer has another shape than expected. Is this address a Jira?")
    return value


def rows(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a JSON array. Raises NotJira where it is no array."""
    if not isinstance(value, list):
        raise NotJira("Jira's answer has another shape than expected. Is this address a Jira?")
    return [row for row in value if isinstance(row, Mapping)]


def text(value: Any) -> str:
    """A string; numbers are written out, null is empty."""
    return "" if value is None else str(value)


def whole(value: Any) -> int | None:
    """A whole number, or None."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def moment(value: Any) -> datetime | None:
    """An aware moment in UTC from Jira's ways to write one, or None."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / 1000, UTC)
    if not isinstance(value, str) or not value or value in ("<null>", "null"):
        return None
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def day(value: Any) -> date | None:
    """A day written as 2027-01-31, or None."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
