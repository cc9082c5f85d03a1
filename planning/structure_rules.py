"""What names, dates and numbers of the board's structure may be. Pure; raises planning.rules.Unfit."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from planning.rules import Unfit, text


def read_name(value: Any) -> str:
    found = text(value, 100)
    if not found:
        raise Unfit(_("Give it a name."))
    return found


def read_date(value: Any) -> datetime.date | None:
    """A date, or ISO 8601 text (`2025-01-06`, or a moment of that day); None and "" for none.

    A moment gives the day that it names where it was written, as people plan in days.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    try:
        found = _day(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None:
        raise Unfit(_("This is not a date like 2025-01-06."))
    return found


def _day(given: str) -> datetime.date | None:
    moment = parse_datetime(given)
    return moment.date() if moment else parse_date(given)


def index_of(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 999:
        raise Unfit(_("This must be a number from 0 to 999."))
    return int(value)
