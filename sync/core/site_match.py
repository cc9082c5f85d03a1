"""Which thing of the other Jira is which of ours: by what survives a move, never by id.

One rule for all: exactly one of theirs fits exactly one of ours, and a second witness agrees; what is not
certain stays unmatched. Values in, values out; no rows, no calls, no Django.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar


class Verdict(StrEnum):
    SAME = "same"
    CHANGED = "changed"  # found, and certain, though something of it differs
    MISSING = "missing"  # nothing there fits
    UNCERTAIN = "uncertain"  # something there fits, and it is not certain that it is it
    FOREIGN = "foreign"  # theirs, and none of ours


CERTAIN = (Verdict.SAME, Verdict.CHANGED)


@dataclass(frozen=True, slots=True)
class Thing:
    """A field, status, type, link type, board: `kind` is what must agree besides the name, such as the
    schema of a field or the category of a status; empty where it is not known."""

    id: str
    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class IssueFacts:
    """`made`: when Jira says that it was created; None where that is not known."""

    id: str
    key: str
    summary: str
    made: datetime | None = None


@dataclass(frozen=True, slots=True)
class SprintFacts:
    """`start`, `end`: first and last day; None where Jira did not say, or was not asked."""

    id: int
    name: str
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    id: str
    name: str
    email: str = ""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """`theirs` is set only where the verdict is certain, save for a thing that was found in doubt, which
    stands in `seen`. `why`: what speaks against it, or what differs."""

    ours: T
    verdict: Verdict
    theirs: T | None = None
    why: str = ""
    seen: T | None = field(default=None, compare=False)


def issues(ours: Sequence[IssueFacts], theirs: Sequence[IssueFacts]) -> list[Match[IssueFacts]]:
    """By key, with the summary and the moment of making as witnesses: one of them must agree.

    In the order of `ours`. Two of ours, or two of theirs, under one key are none.
    """
    counts = Counter(one.key for one in ours)
    by_key, doubled = _by(theirs, lambda one: one.key)
    return [_issue(one, by_key, doubled, counts[one.key] > 1) for one in ours]


def _issue(
    ours: IssueFacts, by_key: dict[str, IssueFacts], doubled: set[str], ours_doubled: bool
) -> Match[IssueFacts]:
    if ours.key in doubled or (ours_doubled and ours.key in by_key):
        return Match(ours, Verdict.UNCERTAIN, why="Several issues or items have this key.")
    found = by_key.get(ours.key)
    if found is None:
        return Match(ours, Verdict.MISSING, why="No issue of this key is shown there.")
    same_text = _folded(ours.summary) == _folded(found.summary) and bool(_folded(ours.summary))
    same_made = ours.made is not None and ours.made == found.made
    if same_text and same_made:
        return Match(ours, Verdict.SAME, found)
    if same_made:
        return Match(ours, Verdict.CHANGED, found, "The summary differs; made at the same moment.")
    if same_text:
        return Match(
            ours, Verdict.CHANGED, found, "Made at another moment; the summary is the same."
        )
    why = "The key is there, but neither the summary nor the moment of making agrees."
    return Match(ours, Verdict.UNCERTAIN, why=why, seen=found)


def things(ours: Sequence[Thing], theirs: Sequence[Thing]) -> list[Match[Thing]]:
    """By name, with the kind as witness where both are known. In the order of `ours`."""
    mine = Counter(_key_of(one) for one in ours)
    return [_thing(one, theirs, mine) for one in ours]


def _key_of(one: Thing) -> tuple[str, str]:
    return _folded(one.name), one.kind


def _thing(ours: Thing, theirs: Sequence[Thing], mine: Counter[tuple[str, str]]) -> Match[Thing]:
    if not _folded(ours.name):
        return Match(ours, Verdict.UNCERTAIN, why="How it is called in the old Jira is not known.")
    named = [one for one in theirs if _folded(one.name) == _folded(ours.name)]
    if not named:
        return Match(ours, Verdict.MISSING, why="Nothing there has this name.")
    fitting = [one for one in named if not (ours.kind and one.kind) or ours.kind == one.kind]
    ours_alone = sum(count for (name, _), count in mine.items() if name == _folded(ours.name)) == 1
    if len(fitting) != 1 or not (ours_alone or (mine[_key_of(ours)] == 1 and ours.kind)):
        why = (
            "Several there have this name." if len(fitting) > 1 else "It is of another kind there."
        )
        seen = named[0] if len(named) == 1 else None
        return Match(ours, Verdict.UNCERTAIN, why=why, seen=seen)
    found = fitting[0]
    verdict = Verdict.SAME if (found.id, found.name) == (ours.id, ours.name) else Verdict.CHANGED
    return Match(ours, verdict, found, "" if verdict is Verdict.SAME else "Its id is another one.")


def sprints(ours: Sequence[SprintFacts], theirs: Sequence[SprintFacts]) -> list[Match[SprintFacts]]:
    """By name, and the days where both sides know them. `theirs`: of the boards of one project."""
    counts = Counter(_folded(one.name) for one in ours)
    return [_sprint(one, theirs, counts[_folded(one.name)] > 1) for one in ours]


def _sprint(ours: SprintFacts, theirs: Sequence[SprintFacts], doubled: bool) -> Match[SprintFacts]:
    if not _folded(ours.name):
        return Match(ours, Verdict.UNCERTAIN, why="How it is called in the old Jira is not known.")
    named = [one for one in theirs if _folded(one.name) == _folded(ours.name)]
    if not named:
        return Match(
            ours, Verdict.MISSING, why="No sprint of this name is on the project's boards there."
        )
    fitting = [one for one in named if _days_agree(ours, one)]
    if not fitting:
        return Match(ours, Verdict.UNCERTAIN, why="The sprint of this name has other days there.")
    if len(fitting) > 1 or doubled:
        return Match(ours, Verdict.UNCERTAIN, why="Several sprints have this name and these days.")
    verdict = Verdict.SAME if fitting[0].id == ours.id else Verdict.CHANGED
    return Match(
        ours, verdict, fitting[0], "" if verdict is Verdict.SAME else "Its id is another one."
    )


def _days_agree(ours: SprintFacts, theirs: SprintFacts) -> bool:
    pairs = ((ours.start, theirs.start), (ours.end, theirs.end))
    return all(a is None or b is None or a == b for a, b in pairs)


def person(ours: PersonFacts, found: Iterable[PersonFacts]) -> Match[PersonFacts]:
    """By e-mail address where both sides show it, else by display name: exactly one.

    `found`: whom the other Jira shows for either. Whether two of ours became one of theirs, `apart` says.
    """
    people = {one.id: one for one in found}
    mail = ours.email.casefold().strip()
    fitting = [one for one in people.values() if mail and one.email.casefold().strip() == mail]
    if not fitting:
        named = [one for one in people.values() if _folded(one.name) == _folded(ours.name) != ""]
        # Two known addresses that differ are two people, whatever they are called.
        fitting = [one for one in named if not (mail and one.email.strip())]
    if len(fitting) > 1:
        return Match(ours, Verdict.UNCERTAIN, why="Several people there are called so.")
    if not fitting:
        return Match(
            ours, Verdict.MISSING, why="Nobody there is shown by this name or e-mail address."
        )
    verdict = Verdict.SAME if fitting[0].id == ours.id else Verdict.CHANGED
    return Match(ours, verdict, fitting[0])


def apart(matches: Sequence[Match[T]], identity: Callable[[T], Hashable]) -> list[Match[T]]:
    """The same, where two of ours that were matched to one of theirs are not certain, either of them."""
    taken = Counter(identity(one.theirs) for one in matches if one.theirs is not None)
    return [
        one
        if one.theirs is None or taken[identity(one.theirs)] == 1
        else Match(one.ours, Verdict.UNCERTAIN, why="Two here would become one there.")
        for one in matches
    ]


def foreign(ours: Iterable[str], theirs: Sequence[IssueFacts]) -> list[IssueFacts]:
    """Issues there whose key is none of ours."""
    known = set(ours)
    return [one for one in theirs if one.key not in known]


def _by(
    rows: Iterable[IssueFacts], key: Callable[[IssueFacts], str]
) -> tuple[dict[str, IssueFacts], set[str]]:
    """By key, and the keys that came twice."""
    found: dict[str, IssueFacts] = {}
    twice: set[str] = set()
    for row in rows:
        if key(row) in found and found[key(row)].id != row.id:
            twice.add(key(row))
        found[key(row)] = row
    return found, twice


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
