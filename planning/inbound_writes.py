"""Jira's writes on the board: the same rows as `item_editing`, with no Change, so nothing echoes back.

Called by sync inside its own transaction, with the rows it has locked. Callers collect the events
these verbs return and `feed.tell` them last. Nothing here judges what is right: sync has merged.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from almconnect.lib import bulk_rows
from planning.feed import event
from planning.models import CUSTOM, BoardEvent, Change, ChangeState, Link, SyncState, WorkItem

_ALSO = {
    "assignee": ("assignee_name",),
    "reporter": ("reporter_name",),
    "status": ("status_category",),
    "key": ("remote_id", "remote_key"),
    "project": ("project_id",),
}
_DETAIL = 1000


def _text(column: str) -> Callable[[Any], str]:
    most = WorkItem._meta.get_field(column).max_length  # type: ignore[union-attr]
    return lambda value: str(value or "")[:most]


def _reference(value: Any) -> uuid.UUID | None:
    return uuid.UUID(str(value)) if value else None


def _labels(value: Any) -> list[Any]:
    return list(value or [])


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if value else None


def _as_it_is(value: Any) -> Any:
    return value


# Board field → its column, and what makes a value one of that column's.
_COLUMNS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    **{
        name: (name, _text(name))
        for name in ("summary", "description", "status", "priority", "type", "rank")
    },
    "story_points": ("story_points", _as_it_is),
    "wsjf": ("wsjf", _as_it_is),
    **{name: (name, _labels) for name in ("labels", "fix_versions", "components")},
    **{name: (name, _day) for name in ("start_date", "due_date")},
    "original_estimate": ("original_estimate", _as_it_is),
    "remaining_estimate": ("remaining_estimate", _as_it_is),
    "flagged": ("flagged", bool),
    **{name: (f"{name}_id", _text(f"{name}_id")) for name in ("assignee", "reporter")},
    **{name: (f"{name}_id", _reference) for name in ("parent", "iteration", "team")},
}


def columns_of(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Columns of an item that holds Jira's values, for one that is about to be made.

    `names` says how Jira calls the persons and the status category; they are shown, not compared.
    Raises ValueError for a field that the board does not have.
    """
    return {**_fitted(values, names, {}), **_shown(values, names)}


def take(item: WorkItem, values: Mapping[str, Any], names: Mapping[str, str]) -> bool:
    """Set board fields of an unsaved or locked item to Jira's values; True if anything moved.

    `names` as for `columns_of`. Raises ValueError likewise.
    """
    moved = False
    for column, value in _fitted(values, names, item.custom).items():
        if getattr(item, column) != value:
            setattr(item, column, value)
            moved = True
    for column, word in _shown(values, names).items():
        setattr(item, column, word)
    return moved


def _fitted(
    values: Mapping[str, Any], names: Mapping[str, str], custom: Mapping[str, Any]
) -> dict[str, Any]:
    """`custom`: the fields of the customer's choice that the item holds so far."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name.startswith(CUSTOM):
            held = found.setdefault("custom", dict(custom))
            who = names.get(name) if value else ""
            held[name.removeprefix(CUSTOM)] = {"id": value, "name": who} if who else value
            continue
        if name not in _COLUMNS:
            raise ValueError(f"No board field is called {name!r}.")
        column, fit = _COLUMNS[name]
        found[column] = fit(value)
    return found


def _shown(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("assignee", "reporter"):
        if name in values:
            found[f"{name}_name"] = names.get(name, "")[:255] if values[name] else ""
    if "status" in values and names.get("category"):
        found["status_category"] = names["category"]
    return found


def insert(items: Sequence[WorkItem]) -> list[BoardEvent]:
    """Save new items that Jira brought. Their events are returned, to be told last."""
    bulk_rows.insert(items)
    now = timezone.now()
    return [event("item.created", item.pk, item.version, (), "jira", at=now) for item in items]


def update(items: Mapping[WorkItem, Iterable[str]]) -> list[BoardEvent]:
    """Save locked items whose board fields Jira changed: item → names of the changed fields.

    Only these fields are written, so that nothing else a person has just saved can be undone.
    """
    for item in items:
        item.version += 1
    return complete(items)


def complete(items: Mapping[WorkItem, Iterable[str]]) -> list[BoardEvent]:
    """Save what Jira added to items that the board created, leaving their version alone.

    The version guards what people wrote. Whoever has just created an item must be able to edit it by
    the version they were given, though Jira has filled in its defaults meanwhile.
    """
    now = timezone.now()
    groups: dict[tuple[str, ...], list[WorkItem]] = {}
    for item, names in items.items():
        item.updated = now
        groups.setdefault(_columns(names), []).append(item)
    for columns, members in groups.items():
        bulk_rows.update(members, columns)
    return [
        event("item.updated", item.pk, item.version, names, "jira", at=now)
        for item, names in items.items()
    ]


def _columns(names: Iterable[str]) -> tuple[str, ...]:
    found = {"version", "updated"}
    for name in names:
        if name in _COLUMNS:
            found.add(_COLUMNS[name][0])
        if name.startswith(CUSTOM):
            found.add("custom")
        found.update(_ALSO.get(name, ()))
    return tuple(sorted(found))


def note_state(items: Iterable[uuid.UUID], state: SyncState, detail: str = "") -> None:
    """What sync observed of these items, without touching their version. Cheap when nothing changes."""
    rows = WorkItem.objects.filter(pk__in=list(items))
    rows.exclude(sync_state=state, sync_detail=detail[:_DETAIL]).update(
        sync_state=state, sync_detail=detail[:_DETAIL], sync_at=timezone.now()
    )


def vanish(items: Sequence[WorkItem], detail: str) -> list[BoardEvent]:
    """Jira deleted these issues: tombstone the items and their links; what waits is not needed now."""
    now = timezone.now()
    ids = [item.pk for item in items]
    WorkItem.objects.filter(pk__in=ids, deleted=None).update(
        deleted=now,
        updated=now,
        version=F("version") + 1,
        sync_state=SyncState.GONE,
        sync_detail=detail[:_DETAIL],
        sync_at=now,
    )
    Link.objects.filter(Q(source__in=ids) | Q(target__in=ids), deleted=None).update(deleted=now)
    under_way = (ChangeState.WAITING, ChangeState.SENDING, ChangeState.LOOKING, ChangeState.PARKED)
    Change.objects.filter(item__in=ids, state__in=under_way).update(
        state=ChangeState.DROPPED, message=detail[:_DETAIL], settled=now
    )
    return [event("item.deleted", item.pk, item.version + 1, (), "jira") for item in items]


def revive(item: WorkItem) -> list[BoardEvent]:
    """Jira keeps the issue of this locked tombstone: the item stands on the board again, with the links
    that went with it and have both ends.
    """
    if item.deleted is None:
        return []
    now, gone = timezone.now(), item.deleted
    item.deleted, item.updated, item.version = None, now, item.version + 1
    item.save(update_fields=["deleted", "updated", "version"])
    mine = Link.objects.filter(Q(source=item) | Q(target=item))
    drawn = set(mine.filter(deleted=None).values_list("source_id", "target_id", "type"))
    went = mine.filter(deleted=gone, source__deleted=None, target__deleted=None)
    back = [one for one in went if (one.source_id, one.target_id, one.type) not in drawn]
    Link.objects.filter(pk__in=[link.pk for link in back]).update(deleted=None)
    events = [event("link.created", link.pk, 1, (), "jira", at=now) for link in back]
    return [event("item.created", item.pk, item.version, (), "jira", at=now), *events]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A link that Jira holds, by the board's ids."""

    source: uuid.UUID
    target: uuid.UUID
    type: str
    remote_id: str


def draw(links: Sequence[Drawn], confirmed: datetime) -> list[BoardEvent]:
    """Links that Jira holds: adopt the board's own of the same kind, draw the others.

    A fixed number of statements. Two readers may draw the same link: the second finds the first's.
    """
    wanted = {(one.source, one.target, one.type): one for one in links}
    if not wanted:
        return []
    _adopt(wanted, confirmed)
    new = [
        Link(
            source_id=one.source,
            target_id=one.target,
            type=one.type,
            remote_id=one.remote_id,
            confirmed=confirmed,
            sync_state=SyncState.SYNCED,
        )
        for one in wanted.values()
    ]
    if not new:
        return []
    Link.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    stored = set(Link.objects.filter(pk__in=[link.pk for link in new]).values_list("pk", flat=True))
    if len(stored) < len(new):
        _adopt(wanted, confirmed)
    return [
        event("link.created", pk, 1, (), "jira") for pk in (link.pk for link in new) if pk in stored
    ]


def _adopt(wanted: dict[tuple[uuid.UUID, uuid.UUID, str], Drawn], confirmed: datetime) -> None:
    """Give the board's own links their ids in Jira; what is found is taken out of `wanted`."""
    mine = []
    sources = {source for source, _, _ in wanted}
    for link in Link.objects.filter(source__in=sources, deleted=None):
        drawn = wanted.pop((link.source_id, link.target_id, link.type), None)
        if drawn is not None:
            link.remote_id, link.confirmed = drawn.remote_id, confirmed
            link.sync_state, link.sync_detail = SyncState.SYNCED, ""
            mine.append(link)
    Link.objects.bulk_update(
        mine, ["remote_id", "confirmed", "sync_state", "sync_detail"], batch_size=200
    )


def erase(links: Iterable[Link]) -> list[BoardEvent]:
    """Links that Jira holds no more."""
    gone = list(links)
    Link.objects.filter(pk__in=[link.pk for link in gone]).update(
        deleted=timezone.now(), sync_state=SyncState.GONE
    )
    return [event("link.deleted", link.pk, 1, (), "jira") for link in gone]
