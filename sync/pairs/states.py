"""The sync state people see on an item, derived from what is waiting, parked or in conflict."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from planning import inbound_writes
from planning.models import Change, ChangeState, SyncState, WorkItem
from sync.models import Absence, Conflict, Shadow, ShadowState

UNDER_WAY = (ChangeState.WAITING, ChangeState.SENDING, ChangeState.LOOKING)
ALONE = "Kept on the board only: the item is not in this Jira."


def derive(items: Iterable[uuid.UUID]) -> None:
    """Bring the shown state of these items up to date, in a fixed number of statements."""
    ids = set(items)
    if not ids:
        return
    gone = set(
        WorkItem.objects.filter(pk__in=ids).exclude(deleted=None).values_list("pk", flat=True)
    )
    ids -= gone
    conflict = dict(
        Conflict.objects.filter(shadow__item__in=ids, resolved=None).values_list(
            "shadow__item_id", "field"
        )
    )
    parked: dict[uuid.UUID, str] = {}
    for item, message in Change.objects.filter(item__in=ids, state=ChangeState.PARKED).values_list(
        "item_id", "message"
    ):
        parked[item] = message
    for item, fields in (
        Shadow.objects.filter(item__in=ids).exclude(parked={}).values_list("item_id", "parked")
    ):
        parked[item] = told(fields)
    waiting = dict(
        Change.objects.filter(item__in=ids, state__in=UNDER_WAY).values_list("item_id", "message")
    )
    absent = {
        item: str(Absence(kind).label)
        for item, kind in Shadow.objects.filter(item__in=ids, state=ShadowState.LIVE)
        .exclude(absence="")
        .values_list("item_id", "absence")
    }
    paired = set(
        Shadow.objects.filter(item__in=ids, state=ShadowState.LIVE).values_list(
            "item_id", flat=True
        )
    )
    _write(ids, _Told(conflict, parked, absent, waiting, paired))


def correct(project_id: uuid.UUID) -> int:
    """Items that say they wait while nothing of them does: their worker died before it could say
    more. How many there were.
    """
    under_way = Change.objects.filter(item=OuterRef("pk"), state__in=UNDER_WAY)
    waiting = that_say(project_id, SyncState.WAITING).filter(~Exists(under_way))
    left = list(waiting.values_list("pk", flat=True))
    derive(left)
    return len(left)


def that_say(project_id: uuid.UUID, *states: SyncState) -> QuerySet[WorkItem]:
    """The project's items in these states, of which *synced* is none: few among many, by their index."""
    out_of_step = WorkItem.objects.exclude(
        sync_state=SyncState.SYNCED
    )  # else SQLite takes no index
    return out_of_step.live().filter(project=project_id, sync_state__in=states)


def told(parked: Mapping[str, str]) -> str:
    """What an item says of its parked fields."""
    return " ".join(f"{name}: {why}" for name, why in parked.items())


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of the items: a field, a reason or a sentence of each that it concerns."""

    conflict: dict[uuid.UUID, str]
    parked: dict[uuid.UUID, str]
    absent: dict[uuid.UUID, str]
    waiting: dict[uuid.UUID, str]
    paired: set[uuid.UUID]

    def of(self, item: uuid.UUID) -> tuple[SyncState, str]:
        if item in self.conflict:
            return SyncState.CONFLICT, f"Both sides changed {self.conflict[item]}."
        if item in self.absent:  # before what waits: it says why that waits
            return SyncState.PARKED, self.absent[item]
        if item in self.parked:
            return SyncState.PARKED, self.parked[item]
        if item in self.waiting:
            return SyncState.WAITING, self.waiting[item]
        return (SyncState.SYNCED, "") if item in self.paired else (SyncState.LOCAL_ONLY, ALONE)


def _write(ids: set[uuid.UUID], told: _Told) -> None:
    groups: dict[tuple[SyncState, str], list[uuid.UUID]] = {}
    for item in ids:
        groups.setdefault(told.of(item), []).append(item)
    for (state, detail), members in groups.items():
        inbound_writes.note_state(members, state, detail)
