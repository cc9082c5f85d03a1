"""JQL literals, so that no value of a user becomes a query of its own.

Pure text; it must not know which queries the product asks.

Source: https://support.atlassian.com/jira-software-cloud/docs/use-advanced-search-with-jira-query-language-jql/
Data Center: https://confluence.atlassian.com/jirasoftwareserver/advanced-searching-939938733.html
"""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# The earliest local time anywhere: a lower bound that can only find more, never less.
_WESTERNMOST = timedelta(hours=-12)
# One token at each place and no way back: read in one pass, whatever stands there. An open quote runs on.
_TOKEN = re.compile(
    r"""(?P<quoted>"(?:\\.|[^"\\])*+("?)|'(?:\\.|[^'\\])*+('?))|\w++|\s++|.""", re.S
)


class NotAClause(ValueError):
    """The text is no clause by itself: set in brackets, a part of it would stand outside of them.

    The message is a sentence for whoever typed it.
    """


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
    """A clause that demands all of these; empty ones are left out, ORDER BY must be added afterwards."""
    given = [part.strip() for part in parts if part and part.strip()]
    if len(given) == 1:
        return given[0]
    return " AND ".join(f"({part})" for part in given)


def check_clause(jql: str) -> None:
    """Checks that a person's filter may be set in brackets beside our own clauses. Raises NotAClause.

    Whether Jira understands it, Jira says. Backslashes are for quoted texts alone: outside of them
    versions of Jira differ in what one does to a quote that follows.
    """
    depth = 0
    for match in _TOKEN.finditer(jql):
        word = match.group()
        if match.group("quoted"):
            if len(word) < 2 or not (match.group(2) or match.group(3)):
                raise NotAClause(f"A quote is opened and not closed: {word[:40]}")
        elif word == "\\":
            raise NotAClause("A backslash stands outside of quotes: put the whole text in quotes.")
        elif not (word.isprintable() or word.isspace()):
            raise NotAClause("There is a character in it that cannot be seen: type it anew.")
        else:
            depth += {"(": 1, ")": -1}.get(word, 0)
            if depth < 0:
                raise NotAClause("A bracket is closed that was not opened.")
    if depth:
        raise NotAClause("A bracket is opened and not closed.")
    if _order_at(jql) is not None:
        raise NotAClause("Leave out ORDER BY: a filter says which issues belong, in no order.")


def _order_at(jql: str) -> int | None:
    """Where the first ORDER BY outside of quotes begins."""
    before, start = "", 0
    for match in _TOKEN.finditer(jql):
        word = match.group()
        if word.isspace():
            continue
        if before == "order" and word.lower() == "by":
            return start
        before, start = word.lower(), match.start()
    return None


def without_order(jql: str) -> str:
    """The query without its ORDER BY; the words inside quotes are left alone."""
    at = _order_at(jql)
    return jql.strip() if at is None else jql[:at].strip()


def by_id(jql: str) -> str:
    """The query by ascending id, whatever its own ORDER BY says."""
    return f"{without_order(jql)} ORDER BY id ASC".strip()


def _is_ambiguous(local: datetime) -> bool:
    early = local.replace(fold=0).utcoffset()
    late = local.replace(fold=1).utcoffset()
    return early is not None and late is not None and early > late
