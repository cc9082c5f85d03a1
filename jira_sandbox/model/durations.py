"""Durations as Jira writes and reads them, with its usual week of five days of eight hours.

Source: https://confluence.atlassian.com/adminjiraserver/configuring-time-tracking-938847827.html
"""

import re
from typing import Any

ESTIMATES = {"originalEstimate": "original_estimate", "remainingEstimate": "remaining_estimate"}
_UNITS = {"w": 5 * 8 * 3600, "d": 8 * 3600, "h": 3600, "m": 60}


def seconds(words: Any) -> int | None:
    """A duration as people write it, such as 1d 4h; a bare number is minutes, and no word is none.

    Raises ValueError.
    """
    if words is None or words == "":
        return None
    parts = str(words).lower().split()
    found = [re.fullmatch(r"(\d+(?:\.\d+)?)([wdhm]?)", part) for part in parts]
    if not all(found):
        raise ValueError(words)
    return round(sum(float(one[1]) * _UNITS[one[2] or "m"] for one in found if one))


def duration(seconds: int) -> str:
    """As Jira writes it, with its usual week of five days of eight hours."""
    left, parts = seconds // 60, []
    for unit, minutes in (("w", 5 * 8 * 60), ("d", 8 * 60), ("h", 60), ("m", 1)):
        count, left = divmod(left, minutes)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0m"
