"""JQL literals, so that no value of a user becomes a query of its own.

Pure text; it must not know which queries the product asks.
"""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# The earliest local time anywhere: a lower bound that can only find more, never less.
_WESTERNMOST = timedelta(hours=-12)
_ORDER_BY = re.compile(
    r"""\border\s+by\b(?=(?:[^"']|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')*$)""", re.I
)


def quote(text: str) -> str:
    """A string literal. Control characters that JQL cannot hold become spaces."""
    return '"' + "".join(_ESCAPES.get(c, c if c.isprintable() else " ") for c in text) + '"'


def moment(when: datetime, tz_name: str | None) -> str:
    """A lower bound in time, as a literal: minute precision in the user's own time zone.

    Never later than `when`: seconds are cut off; a local time that occurs twice is moved before
    both; an unknown zone counts as the westernmost. `when` must be aware (ValueError).
    """
    if when.tzinfo is None:
        raise ValueError("A moment for JQL needs a time zone.")
    utc = when.astimezone(UTC)
    try:
        zone = ZoneInfo(tz_name) if tz_name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = None
    if zone is None:
        return f'"{utc + _WESTERNMOST:%Y-%m-%d %H:%M}"'
    local = utc.astimezone(zone)
    while _is_ambiguous(local):
        # An hour of elapsed time, which may still read the same hour on the clock.
        utc -= timedelta(hours=1)
        local = utc.astimezone(zone)
    return f'"{local:%Y-%m-%d %H:%M}"'


def and_(*parts: str) -> str:
    """All of several clauses; empty ones are left out, ORDER BY must be added afterwards."""
    given = [part.strip() for part in parts if part and part.strip()]
    if len(given) == 1:
        return given[0]
    return " AND ".join(f"({part})" for part in given)


def without_order(jql: str) -> str:
    """The query without its ORDER BY; the words inside quotes are left alone."""
    match = _ORDER_BY.search(jql)
    return jql[: match.start()].strip() if match else jql.strip()


def by_id(jql: str) -> str:
    """The query by ascending id, whatever its own ORDER BY says."""
    return f"{without_order(jql)} ORDER BY id ASC".strip()


def _is_ambiguous(local: datetime) -> bool:
    early = local.replace(fold=0).utcoffset()
    late = local.replace(fold=1).utcoffset()
    return early is not None and late is not None and early > late
