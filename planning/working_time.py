"""Working time as people read and type it: hours and minutes.

Days and weeks are no fixed number of hours: each Jira has its own. So none are written or taken here.
"""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext as _

from planning.rules import Unfit

_TYPED: Final = re.compile(r"(?:(\d{1,7}(?:[.,]\d{1,4})?)h)?(?:(\d{1,9})m(?:in)?)?")


def shown(seconds: int | None) -> str:
    """“6 h 30 min”; empty where there is none. What is less than a minute is left off."""
    if seconds is None:
        return ""
    hours, minutes = divmod(seconds // 60, 60)
    parts = [f"{hours} h"] if hours else []
    if minutes or not hours:
        parts.append(f"{minutes} min")
    return " ".join(parts)


def typed(words: str) -> int | None:
    """The seconds of “6h 30m”, “1.5h”, “45 min”; None for nothing. Raises Unfit."""
    words = "".join(words.split()).lower()
    if not words:
        return None
    found = _TYPED.fullmatch(words)
    if found is None:
        raise Unfit(_("Write hours and minutes, like 6h 30m."))
    hours = float((found[1] or "0").replace(",", "."))
    return round(hours * 3600) + int(found[2] or 0) * 60
