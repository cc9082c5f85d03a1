"""What happened to one work item, from both sides, newest first. Reads only."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from planning import working_time
from planning.custom_names import called
from planning.fields import ESTIMATES
from planning.models import BoardEvent, Change, Iteration, Team, WorkItem

MOST: Final = 50
SAME_MOMENT: Final = datetime.timedelta(seconds=2)  # a Change and its event share a transaction


@dataclass(frozen=True, slots=True)
class Step:
    """`fields`: (name, before, after); before and after are None where only the name is known."""

    at: datetime.datetime
    who: str
    side: str  # board | jira
    what: str
    fields: tuple[tuple[str, str | None, str | None], ...]
    state: str = ""  # of the Change: where it is on its way to Jira
    detail: str = ""


def history_of(item: WorkItem) -> list[Step]:
    """Changes with their values and their fate; of Jira's side, and of items that stay here, events."""
    changes = list(Change.objects.filter(item=item).order_by("-id")[:MOST])
    events = list(BoardEvent.objects.filter(object_id=item.pk).order_by("-id")[:MOST])
    names = names_of(values_of(changes))
    steps = [_of_change(change, names) for change in changes]
    moments = [change.created for change in changes]
    for event in events:
        doubled = event.origin == "board" and _near(event.at, moments)
        if not doubled:
            fields = tuple((_name(name), None, None) for name in event.fields)
            what = event.kind.partition(".")[2]
            steps.append(Step(event.at, event.actor_name, event.origin, what, fields))
    return sorted(steps, key=lambda step: step.at, reverse=True)[:MOST]


def changed_since(item: WorkItem, version: int) -> list[tuple[str, str, str]]:
    """(field, who, side) of each field that was changed after `version`, newest first, each once."""
    found: dict[str, tuple[str, str, str]] = {}
    events = BoardEvent.objects.filter(object_id=item.pk, version__gt=version).order_by("-id")
    for event in events[:MOST]:
        for name in event.fields:
            found.setdefault(name, (called(name), event.actor_name, event.origin))
    return list(found.values())


def _of_change(change: Change, names: Mapping[str, str]) -> Step:
    fields = tuple(
        (_name(name), worded(name, change.before.get(name), names), worded(name, value, names))
        for name, value in change.fields.items()
    )
    if change.kind == "unlink":
        fields = tuple((name, words(v, names), "") for name, v in change.before.items())
    return Step(
        at=change.created,
        who=change.actor_name,
        side="board",
        what=str(change.kind),
        fields=fields,
        state=str(change.state),
        detail=change.message,
    )


def _name(field: str) -> str:
    """What a board field is called where people read it."""
    return called(field).replace("_", " ")


def worded(field: str, value: Any, names: Mapping[str, str]) -> str:
    """A value of this board field as people read it."""
    if field in ESTIMATES:
        return working_time.shown(value) or _("nothing")
    return words(value, names)


def words(value: Any, names: Mapping[str, str]) -> str:
    """A value as people read it: a person's name, a team instead of its id."""
    if value is None or value == "" or value == []:
        return _("nothing")
    if isinstance(value, Mapping):
        return str(value.get("name") or value.get("id") or "")
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return f"{value:g}"
    return names.get(str(value), str(value))


def values_of(changes: Iterable[Change]) -> Iterator[tuple[str, Any]]:
    """(field, value) of all that these changes were made from and to."""
    for change in changes:
        yield from change.before.items()
        yield from change.fields.items()


def names_of(values: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Id → name of each team, iteration and item among (field, value); a query for each of the three."""
    wanted: dict[str, set[str]] = {"team": set(), "iteration": set(), "item": set()}
    kinds = {"parent": "item", "source": "item", "target": "item"}
    for name, value in values:
        kind = kinds.get(name, name)
        if kind in wanted and isinstance(value, str) and value:
            wanted[kind].add(value)
    found: dict[str, str] = {}
    if wanted["team"]:
        found |= {str(row.pk): row.name for row in Team.objects.filter(pk__in=wanted["team"])}
    if wanted["iteration"]:
        rows = Iteration.objects.filter(pk__in=wanted["iteration"]).select_related("pi")
        found |= {str(row.pk): str(row) for row in rows}
    if wanted["item"]:
        items = WorkItem.objects.filter(pk__in=wanted["item"]).only("remote_key", "summary")
        found |= {str(row.pk): str(row) for row in items}
    return found


def _near(moment: datetime.datetime, moments: Iterable[datetime.datetime]) -> bool:
    return any(abs(moment - other) < SAME_MOMENT for other in moments)
