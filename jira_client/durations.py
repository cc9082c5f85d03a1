"""A number of seconds in words, such as `2 minutes`.

Source: none; there is no rule about Jira here.
"""

import math


def in_words(seconds: float) -> str:
    """The time in words, rounded up: `45 seconds`, `2 minutes`, `1 hour`."""
    whole = max(1, math.ceil(seconds))
    if whole < 120 and whole != 60:
        return _counted(whole, "second")
    if whole < 7200 and whole != 3600:
        return _counted(math.ceil(whole / 60), "minute")
    return _counted(math.ceil(whole / 3600), "hour")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
