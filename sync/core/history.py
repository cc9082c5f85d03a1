"""What an issue's changelog says of a write of ours: did it overwrite somebody's edit?

Jira knows no If-Match. An edit that a person made between our read and our write is in no answer; it
shows in the changelog alone, as a change of the same field before ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from jira_client.values import History, HistoryItem
from sync.core import kinds, words
from sync.core.echo import normal, same
from sync.core.teams import BOARD, COMPONENT
from sync.core.values import DATES, ESTIMATES, FLAG, NAMES, Lookups, Rules, Values

READ = "read"  # in Change.sent: when Jira had been updated last before the write, and what it held

# What Cloud and Data Center call these in a changelog, where that is not the field's id.
_WORDS = {
    "parent": {"parent", "issueparentassociation", "epic link", "parent link"},
    "iteration": {"sprint"},
    "fix_versions": {"fix version"},
    "components": {"component"},
}


@dataclass(frozen=True, slots=True)
class Foreign:
    """Somebody's value of a board field that we overwrote without having seen it.

    `written`: when we did. `put_back`: since then our account has set the value again.
    """

    field: str
    value: Any
    author: str
    at: datetime | None
    written: datetime | None = None
    put_back: bool = False


@dataclass(frozen=True, slots=True)
class Write:
    """A write of ours: the account, the values, what Jira held when we read it, and when it had last
    been updated then, by Jira's clock.
    """

    account: str
    values: Values
    before: Values
    since: datetime


def overwritten(
    rules: Rules,
    lookups: Lookups,
    histories: Sequence[History],
    write: Write,
    names: Mapping[str, str],
) -> tuple[Foreign, ...]:
    """The last foreign value of each field that stood between our read and our write.

    `histories`: oldest first. `names`: field id → name, since Data Center tells the name alone.
    """
    found = []
    for name, ours in write.values.items():
        steps = _steps(rules, lookups, later_than(histories, write.since), names, name)
        at = _our_step(name, ours, steps, write.account)
        if at and name == "status":
            steps, at = _without_way(steps, at, write.account)
        if not at:
            continue
        history, value = steps[at - 1]
        if not same(name, value, write.before.get(name)) and not same(name, value, ours):
            author = history.author_name or history.author_id or ""
            put_back = any(
                step.author_id == write.account and same(name, later, value)
                for step, later in steps[at + 1 :]
            )
            found.append(
                Foreign(
                    name,
                    normal(name, value),
                    author,
                    history.created,
                    steps[at][0].created,
                    put_back,
                )
            )
    return tuple(found)


def began_with(
    rules: Rules,
    lookups: Lookups,
    histories: Sequence[History],
    names: Mapping[str, str],
    now: Values,
) -> dict[str, Any]:
    """What Jira held in each field of `now` when the issue was made: what stood before the first
    change of it, or what it holds now where there was none.
    """
    found = dict(now)
    for name in now:
        first = next(
            (i for one in histories for i in one.items if _is(rules, name, i, names)), None
        )
        if first is not None:
            old = replace(first, new=first.old, new_text=first.old_text, new_names=first.old_names)
            found[name] = normal(name, value_of(rules, lookups, name, old))
    return found


def setting(
    rules: Rules,
    lookups: Lookups,
    histories: Sequence[History],
    names: Mapping[str, str],
    field: str,
    value: Any,
) -> History | None:
    """The newest change that gave this field this value; None if none of these did."""
    for one in reversed(histories):
        for item in one.items:
            if _is(rules, field, item, names):
                if same(field, value_of(rules, lookups, field, item), value):
                    return one
                break
    return None


def setters(
    rules: Rules,
    lookups: Lookups,
    histories: Sequence[History],
    names: Mapping[str, str],
    field: str,
    value: Any,
) -> set[str | None]:
    """The ids of all who ever gave this field this value, as far as these changes tell."""
    return {
        one.author_id
        for one in histories
        for item in one.items
        if _is(rules, field, item, names)
        and same(field, value_of(rules, lookups, field, item), value)
    }


def carried_out(
    rules: Rules,
    lookups: Lookups,
    histories: Sequence[History],
    names: Mapping[str, str],
    write: Write,
) -> dict[str, Any]:
    """Those of a write's values that Jira took, though its answer was read by nobody: by these changes,
    oldest first, our account gave the field that value after the read before the write.

    That it was after the read is known by Jira's clock, or, since that may have been set back, by the
    order: what the read showed does not follow any more. Where our account has set the field again after
    that, it put back what the write had overwritten, and the write is no state to go on from.
    """
    found = {}
    for name, value in write.values.items():
        steps = _steps(rules, lookups, histories, names, name)
        mine = [place for place, (one, _) in enumerate(steps) if one.author_id == write.account]
        if not mine or not same(name, steps[mine[-1]][1], value):
            continue
        moment, after = steps[mine[-1]][0].created, steps[mine[-1] + 1 :]
        follows = any(same(name, given, write.before.get(name)) for _, given in after)
        if moment is None or moment > write.since or (name in write.before and not follows):
            found[name] = value
    return found


def newest(
    rules: Rules, histories: Sequence[History], names: Mapping[str, str], field: str
) -> History | None:
    """The newest change of this field, whatever it says: rich text may read otherwise there."""
    found = (h for h in reversed(histories) if any(_is(rules, field, i, names) for i in h.items))
    return next(found, None)


def changed_since(
    rules: Rules,
    histories: Sequence[History],
    names: Mapping[str, str],
    field: str,
    since: datetime,
) -> bool:
    """Whether any of these changes is of this field, and later than `since`."""
    later = later_than(histories, since)
    return any(_is(rules, field, item, names) for one in later for item in one.items)


def later_than(histories: Iterable[History], since: datetime) -> list[History]:
    """Those made after `since`, by Jira's clock; and those of which Jira does not say when."""
    return [one for one in histories if one.created is None or one.created > since]


def _steps(
    rules: Rules,
    lookups: Lookups,
    histories: Iterable[History],
    names: Mapping[str, str],
    field: str,
) -> list[tuple[History, Any]]:
    """The changes of this field, in their order, each with the value that it gave."""
    return [
        (one, value_of(rules, lookups, field, item))
        for one in histories
        for item in one.items
        if _is(rules, field, item, names)
    ]


def _our_step(
    name: str, ours: Any, steps: Sequence[tuple[History, Any]], account: str
) -> int | None:
    """Which of these changes was ours: by account and value; rich text may read otherwise there."""
    mine = [n for n, (history, _) in enumerate(steps) if history.author_id == account]
    equal = [n for n, (_, value) in enumerate(steps) if same(name, value, ours)]
    both = [n for n in equal if n in mine]
    return next(iter(both or mine or equal), None)


def _without_way(
    steps: list[tuple[History, Any]], at: int, account: str
) -> tuple[list[tuple[History, Any]], int]:
    """A status may have been reached in two steps of ours: what stood between is nobody's edit."""
    first = at
    while first and steps[first - 1][0].author_id == account:
        first -= 1
    return [*steps[:first], *steps[at:]], first


def _is(rules: Rules, name: str, item: HistoryItem, names: Mapping[str, str]) -> bool:
    remote = rules.fields.get(name, name)
    if name == "team" and rules.team.kind in (COMPONENT, BOARD):
        # Each component that comes or goes is a line of its own: no value to compare. And a sprint's
        # change, which says the board, is the iteration's.
        return False
    if name in NAMES and item.new_names is None:
        return False  # one that comes or goes, of an issue that was not read: no value to compare
    if item.field_id:
        return item.field_id == remote
    word = item.field.lower()
    return word in {remote.lower(), names.get(remote, "").lower()} | _WORDS.get(name, set())


def value_of(rules: Rules, lookups: Lookups, name: str, item: HistoryItem) -> Any:
    """The value that a change set, in the board's words."""
    raw, text = item.new, item.new_text
    if name == "status":
        return rules.status_words.get(str(raw or "")) or words.one_line(text, words.STATUS)
    if name in ("assignee", "reporter"):
        return raw or ""
    if name == "labels":
        return rules.team.others(name, (text or "").split())
    if name in NAMES:
        return rules.team.others(name, item.new_names or ())
    if name in DATES or rules.kinds.get(name) == kinds.DATE:
        return raw or text  # the text is how people read the day
    if name == FLAG:
        return bool(text)
    if name in ESTIMATES:
        return raw or text
    if name in rules.kinds:
        return _of_custom(rules.kinds[name], raw, text)
    if name == "team":
        shown = (text or "").split() if rules.team.among == "labels" else [raw or "", text or ""]
        return rules.team.read(shown)[0]
    if name == "parent":
        return lookups.items.get(str(raw or "")) or lookups.items.get(text or "")
    if name == "iteration":
        sprints = [part.strip() for part in (raw or "").split(",")]
        known = [lookups.iterations.get(int(part)) for part in sprints if part.isdigit()]
        return known[-1] if known else None
    return text if text is not None else raw


def _of_custom(kind: str, raw: str | None, text: str | None) -> Any:
    """What a changelog says of a field of the customer's choice: the names of choices, in one text."""
    if kind == kinds.PERSON:
        return raw or None
    if kind == kinds.CHOICES:
        return [name.strip() for name in (text or "").split(",") if name.strip()]
    if kind == kinds.LABELS:
        return (text or "").split()
    if kind == kinds.NUMBER:
        return normal("story_points", text)
    return text
