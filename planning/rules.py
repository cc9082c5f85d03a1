"""What a board field may hold, and the words for what it may not. Reads no row: see planning.lookups.

Each cleaner takes what a caller sent and answers the value to store, shaped as planning.fields does.
"""

from __future__ import annotations

import datetime
import math
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from almconnect.lib.api import Refused
from connections.models import Direction, MappedProject

LONGEST_DESCRIPTION: Final = 32_767  # characters: what Jira takes by default
LARGEST_NUMBER: Final = 1e9
MOST_LABELS: Final = 100
LONGEST_TIME: Final = 1_000_000 * 3600 - 1  # seconds
LOCAL_STATUSES: Final = {"To Do": "new", "In Progress": "indeterminate", "Done": "done"}
LOCAL_TYPES: Final = ("Feature", "Story", "Enabler", "Risk")
DEFAULT_LINKS: Final = {"blocks": "Blocks", "relates to": "Relates"}
DEPENDENCY: Final = "dependency"


class Unfit(ValueError):
    """One value cannot be stored; the message is the sentence to show beside its field."""


def text(value: Any, longest: int, *, lines: bool = False) -> str:
    """Text that any database and Jira can hold; one line unless `lines`."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unfit(_("This must be text."))
    found: str = value.replace("\r\n", "\n")
    if "\x00" in found or any("\ud800" <= char <= "\udfff" for char in found):
        raise Unfit(_("This contains a character that cannot be stored."))
    if not lines:
        found = found.strip()
        if len(found.splitlines()) > 1:
            raise Unfit(_("This must be one line."))
    if len(found) > longest:
        raise Unfit(
            _("This has %(size)d characters; at most %(most)d fit.")
            % {"size": len(found), "most": longest}
        )
    return found


def summary(value: Any) -> str:
    found = text(value, 255)
    if not found:
        raise Unfit(_("Say in one line what it is about."))
    return found


def number(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit(_("This must be a number."))
    if not math.isfinite(value) or value < 0 or value > LARGEST_NUMBER:
        raise Unfit(_("This must be a number from 0 to 1,000,000,000."))
    return float(value)


def labels(value: Any) -> list[str]:
    """Words without spaces, each once, in the order given."""
    if value is None:
        return []
    if not isinstance(value, list | tuple) or len(value) > MOST_LABELS:
        raise Unfit(_("Labels are a list of at most %(most)d words.") % {"most": MOST_LABELS})
    words = [text(word, 255) for word in value]
    if any(not word or any(char.isspace() for char in word) for word in words):
        raise Unfit(_("A label is one word, without spaces."))
    return list(dict.fromkeys(words))


def names(value: Any) -> list[str]:
    """Names of one line, each once, in the order given: of versions, of components."""
    if value is None:
        return []
    if not isinstance(value, list | tuple) or len(value) > MOST_LABELS:
        raise Unfit(_("This must be a list of at most %(most)d names.") % {"most": MOST_LABELS})
    found = [text(name, 255) for name in value]
    return list(dict.fromkeys(name for name in found if name))


def day(value: Any) -> str | None:
    """A day as text, 2027-01-31; dates are taken too."""
    if value is None or value == "":
        return None
    try:
        return datetime.date.fromisoformat(str(value)).isoformat()
    except ValueError as problem:
        raise Unfit(_("This is no date. Write it like 2027-01-31.")) from problem


def seconds(value: Any) -> int | None:
    """Working time, in whole seconds."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST_TIME:
        raise Unfit(_("This must be a whole number of seconds, up to 1,000,000 hours."))
    return value


def yes(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unfit(_("This must be true or false."))
    return value


def person(value: Any) -> dict[str, str] | None:
    """`{"id", "name"}`, a bare id or name, or None for nobody. A name alone stands for the id, until
    the sync has found whose it is.
    """
    if isinstance(value, Mapping):
        if set(value) - {"id", "name"}:
            raise Unfit(_("A person is an id and a name."))
        who, name = text(value.get("id"), 255), text(value.get("name"), 255)
        who = who or name
    else:
        who, name = text(value, 255), ""
    return {"id": who, "name": name} if who else None


def reference(value: Any) -> str | None:
    """The id of another row as text; model instances and UUIDs are taken too."""
    if value is None or value == "":
        return None
    try:
        return str(uuid.UUID(str(getattr(value, "pk", value))))
    except ValueError as problem:
        raise Unfit(_("This is not an id.")) from problem


CLEANERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "summary": summary,
    "description": lambda value: text(value, LONGEST_DESCRIPTION, lines=True),
    "type": lambda value: text(value, 60),
    "status": lambda value: text(value, 100),
    "story_points": number,
    "wsjf": number,
    "assignee": person,
    "reporter": person,
    "labels": labels,
    "priority": lambda value: text(value, 60),
    "parent": reference,
    "team": reference,
    "iteration": reference,
    "rank": lambda value: text(value, 255),
    "fix_versions": names,
    "components": names,
    "start_date": day,
    "due_date": day,
    "original_estimate": seconds,
    "remaining_estimate": seconds,
    "flagged": yes,
}


def one_of(
    word: str, words: Mapping[str, Any], what: str | Promise, *, closed: bool = False
) -> str:
    """`word` as the project spells it. Anything goes where the project names none, unless `closed`."""
    if word in words or not (words or closed):
        return word
    for known in words:
        if known.casefold() == word.casefold():
            return known
    shown = ", ".join(list(words)[:20]) or _("none")
    raise Unfit(
        _("This project has no %(what)s “%(word)s”. It has: %(known)s.")
        % {"what": what, "word": word, "known": shown}
    )


def category_of(project: MappedProject | None, status: str, current: str = "new") -> str:
    """The category a status counts as: new, indeterminate or done; `current` where nobody knows."""
    statuses: Mapping[str, Any] = (project.facts.get("statuses") or {}) if project else {}
    fact = statuses.get(status)
    if fact is None and project:
        remote = str(project.status_map.get(status, ""))
        fact = next((f for f in statuses.values() if remote and str(f.get("id")) == remote), None)
    if fact is not None:
        return str(fact.get("category") or current)
    return current if project else LOCAL_STATUSES.get(status, current)


def link_words(project: MappedProject | None) -> Mapping[str, Any]:
    """The board's words for links → what Jira calls them, where no rule by types says otherwise."""
    if project is None:
        return DEFAULT_LINKS
    by_types = {rule["word"]: rule["link_type"] for rule in project.link_rules}
    return by_types | project.link_map or DEFAULT_LINKS


def link_type(project: MappedProject | None, word: str) -> str:
    """The project's own word for a link type: by word, by Jira's name, or “dependency” for Blocks."""
    words, asked = link_words(project), word.strip().casefold()
    remote = "blocks" if asked == DEPENDENCY else asked
    for own in words:
        if own.casefold() == asked:
            return own
    for own, name in words.items():
        if str(name).casefold() == remote:
            return own
    raise Unfit(
        _("There is no link type “%(word)s” here. There are: %(known)s.")
        % {"word": word, "known": ", ".join(words)}
    )


def lacking(project: MappedProject | None, types: Iterable[str]) -> set[str]:
    """The fields that issues of none of these types have in Jira, as far as their reads have shown."""
    if project is None:
        return set()
    known = project.facts.get("lacking") or {}
    each = [set(known.get(word, ())) for word in types]
    return set.intersection(*each) if each else set()


def plans_in_jira(project: MappedProject | None) -> bool:
    """Whether an iteration of this project's items is told to Jira as a sprint."""
    return project is not None and "iteration" in project.field_map


def only_from_jira(project: MappedProject | None, field: str) -> bool:
    """Whether Jira alone may say this field of the project's items."""
    if project is None or field not in project.field_map:
        return False
    return project.field_directions.get(field) == Direction.FROM_JIRA


def refuse_from_jira(project: MappedProject | None, field: str) -> None:
    """Raise Unfit for a field that Jira alone may say."""
    if project is not None and only_from_jira(project, field):
        raise Unfit(
            _(
                "%(key)s takes this field from Jira only, so it is read-only here. Change it in Jira, or "
                "let somebody set the field's direction to “Both ways”."
            )
            % {"key": project.key}
        )


def refuse_read_only(project: MappedProject | None) -> None:
    """Raise Refused (409) where Jira alone may change the project's items."""
    if project is not None and project.direction == Direction.FROM_JIRA:
        raise Refused(
            _(
                "Project %(key)s is synced from Jira only, so it is read-only here. Change it in "
                "Jira, or let somebody set the project's direction to “Both ways”."
            )
            % {"key": project.key},
            code="read_only",
            status=409,
        )
