"""The sync state people see on an item, derived from what is waiting, parked or in conflict."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from planning import applying
from planning.models import Change, ChangeState, SyncState, WorkItem
from sync.models import Conflict, Shadow, ShadowState

UNDER_WAY = (ChangeState.WAITING, ChangeState.SENDING, ChangeState.LOOKING)


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
        parked[item] = " ".join(f"{name}: {why}" for name, why in fields.items())
    waiting = dict(
        Change.objects.filter(item__in=ids, state__in=UNDER_WAY).values_list("item_id", "message")
    )
    paired = set(
        Shadow.objects.filter(item__in=ids, state=ShadowState.LIVE).values_list(
            "item_id", flat=True
        )
    )
    _write(ids, conflict, parked, waiting, paired)


def _write(
    ids: set[uuid.UUID],
    conflict: dict[uuid.UUID, str],
    parked: dict[uuid.UUID, str],
    waiting: dict[uuid.UUID, str],
    paired: set[uuid.UUID],
) -> None:
    groups: dict[tuple[SyncState, str], list[uuid.UUID]] = {}
    for item in ids:
        if item in conflict:
            key = (SyncState.CONFLICT, f"Both sides changed {conflict[item]}.")
        elif item in parked:
            key = (SyncState.PARKED, parked[item])
        elif item in waiting:
            key = (SyncState.WAITING, waiting[item])
        elif item in paired:
            key = (SyncState.SYNCED, "")
        else:
            key = (SyncState.LOCAL_ONLY, "")
        groups.setdefault(key, []).append(item)
    for (state, detail), members in groups.items():
        applying.note_state(members, state, detail)
