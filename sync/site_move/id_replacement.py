"""A pair, an item, a sprint: from one Jira's ids to the other's, within the caller's transaction.

Base values are in the board's words and stay as they are, so that every edit made on either side since is
still one; only what holds an id is said in the other Jira's: people. What the other Jira cannot be asked
for any more (a parent that was not found, an iteration whose sprint was not) counts as not agreed, so that
the board keeps it and says so, and does not lose it to a Jira that never had it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from almconnect.lib import bulk_rows
from connections.models import Connection
from planning import inbound_comments
from planning.models import (
    Change,
    ChangeKind,
    ChangeState,
    Link,
    SprintLink,
    SyncState,
    WorkItem,
)
from sync.models import Conflict, MoveRow, Shadow, ShadowState
from sync.outbound.people import PEOPLE
from sync.outbox.ways_out import NOT_MOVED
from sync.pairs import states
from sync.pairs.trace import note_each

# Older than any read: so the first one after the move is never a late one, and always a whole one.
NEVER_READ: Final = datetime(1970, 1, 1, tzinfo=UTC)
LOOSE: Final = "~"  # before an id of the Jira that is left, which no Jira gives out
KEPT_WORDS: Final = (
    "The connection was moved to another Jira, and the issue there is not certain. "
    "Kept on the board only."
)
EDIT_WORDS: Final = (
    "The connection was moved to another Jira, and the item's issue there is not certain, so this edit is "
    "only here. Create the item in Jira, keep it on the board alone, or delete it here too."
)
_NOT_THERE: Final = "The connection was moved, and the item's issue is not certain in the new Jira."
# Columns of a pair that the way back puts in their place again.
_KEPT: Final = (
    "remote_id", "remote_key", "agreed", "refs", "parent_ref", "sprint_ref", "parked",
    "remote_created", "remote_updated", "state", "absent_since", "absences", "absence", "look_due",
    "looks", "left_behind",
)  # fmt: skip
_MOMENTS: Final = ("remote_created", "remote_updated", "absent_since", "look_due")
_PENDING: Final = (*states.UNDER_WAY, ChangeState.PARKED, ChangeState.CONFLICT)

Names = Mapping[str, str]  # person's id before → what stands for them after


def snapshot(pair: Shadow) -> dict[str, Any]:
    """What the way back needs, as JSON."""
    told = {name: getattr(pair, name) for name in _KEPT}
    told |= {name: told[name].isoformat() for name in _MOMENTS if told[name] is not None}
    project = str(pair.project_id) if pair.project_id else None
    return {**told, "project": project, "item": str(pair.item_id)}


def _restored(before: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: before[name] for name in _KEPT}
    return found | {name: parse_datetime(found[name]) for name in _MOMENTS if found[name]}


def loosen(pairs: Sequence[Shadow], items: Sequence[uuid.UUID]) -> None:
    """No id of these is one of any Jira from here, and of their links and comments neither: they are
    found again, by their ends and kind and by their texts, when the issues are read.

    What is gone from Jira has no issue to be certain of. It stays so, kept whole, and is not asked for
    any more unless it gets an id of the other Jira.
    """
    for pair in pairs:
        pair.remote_id, pair.look_due = f"{LOOSE}{pair.remote_id}"[:40], None
    Shadow.objects.bulk_update(pairs, ["remote_id", "look_due"], batch_size=200)
    gone = [pair.item_id for pair in pairs if pair.is_gone]
    WorkItem.objects.filter(pk__in=gone).update(remote_id="")
    ends = Q(source__in=items) | Q(target__in=items)
    Link.objects.filter(ends).exclude(remote_id="").update(remote_id="", confirmed=None)
    inbound_comments.loosen(items)


def unlink(connection: Connection, pairs: Sequence[Shadow]) -> None:
    """Their issue is not certain: the items stay on the board, and nothing of them is written.

    Edits that wait are parked with ways out; what was to be done to the issue itself ends here.
    """
    items = [one.item for one in pairs]
    Shadow.objects.filter(pk__in=[one.pk for one in pairs]).delete()
    for item in items:
        item.remote_id = item.remote_key = ""
        if item.deleted is None:
            item.sync_state, item.sync_detail = SyncState.LOCAL_ONLY, KEPT_WORDS
    bulk_rows.update(items, ("remote_id", "remote_key", "sync_state", "sync_detail"))
    waiting = Change.objects.filter(item__in=items, state__in=_PENDING)
    now = timezone.now()
    kept = (ChangeKind.EDIT, ChangeKind.COMMENT)
    waiting.exclude(kind__in=(*kept, ChangeKind.CREATE)).update(
        state=ChangeState.DROPPED, message=_NOT_THERE, settled=now
    )
    edits = waiting.filter(kind__in=kept)
    edited = set(edits.values_list("item_id", flat=True))
    edits.update(state=ChangeState.PARKED, code=NOT_MOVED, message=EDIT_WORDS, settled=now)
    states.derive(edited)
    note_each(connection, "read", "skipped", KEPT_WORDS, [item.pk for item in items])


def anchor(
    connection: Connection, rows: Sequence[MoveRow], pairs: Mapping[uuid.UUID, Shadow], names: Names
) -> None:
    """The pairs of these rows get the ids of the other Jira. `pairs`: by pk, locked, with their items."""
    moved = [(row, pairs[row.pair]) for row in rows if row.pair and row.pair in pairs]
    there = _still_paired(connection, [pair for _, pair in moved])
    sprints = set(SprintLink.objects.values_list("iteration_id", "team_id"))
    for row, pair in moved:
        if before := row.data.get("restore"):
            _set(pair, _restored(before))
        else:
            made = row.data.get("made")
            _set(pair, _fresh(row, made, pair))
            pair.agreed = _agreed(pair, there, sprints, names)
        pair.remote_updated = NEVER_READ
        pair.item.remote_id, pair.item.remote_key = pair.remote_id, pair.remote_key
    shadows = [pair for _, pair in moved]
    bulk_rows.update([one.item for one in shadows], ("remote_id", "remote_key"))
    Shadow.objects.bulk_update(shadows, [*_KEPT, "older_since"], batch_size=200)
    _say_conflicts(shadows, names)


def _fresh(row: MoveRow, made: str | None, pair: Shadow) -> dict[str, Any]:
    """A live pair of which nothing was read there yet; one that is gone or let go stays so."""
    found: dict[str, Any] = {
        "remote_id": row.new_id,
        "remote_key": row.new_name,
        "remote_created": parse_datetime(made) if made else None,
        "refs": {},
        "parent_ref": "",
        "sprint_ref": None,
        "parked": {},
    }
    if pair.is_gone:
        found["look_due"] = timezone.now()  # there it may be shown
    if pair.state == ShadowState.LIVE:
        found |= {"absence": "", "absences": 0, "absent_since": None, "look_due": None, "looks": 0}
    return found


def _set(pair: Shadow, values: Mapping[str, Any]) -> None:
    pair.older_since = None
    for name, value in values.items():
        setattr(pair, name, value)


def _still_paired(connection: Connection, pairs: Sequence[Shadow]) -> set[str]:
    """The items among the agreed parents of these that are in the other Jira, too."""
    parents = {one.agreed.get("parent") for one in pairs} - {None, ""}
    rows = Shadow.objects.filter(connection=connection, item__in=[str(one) for one in parents])
    return {str(item) for item in rows.values_list("item_id", flat=True)}


def _agreed(
    pair: Shadow, there: set[str], sprints: set[tuple[uuid.UUID, uuid.UUID]], names: Names
) -> dict[str, Any]:
    agreed = dict(pair.agreed)
    if agreed.get("parent") and str(agreed["parent"]) not in there:
        agreed["parent"] = None
    if iteration := agreed.get("iteration"):
        team = pair.item.team_id
        if team is None or (uuid.UUID(str(iteration)), team) not in sprints:
            agreed["iteration"] = None
    return said(agreed, names)


def said(values: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Board values with the people in them called as the other Jira calls them."""
    found = dict(values)
    for role in PEOPLE:
        if isinstance(found.get(role), str) and found[role] in names:
            found[role] = names[found[role]] or None
    return found


def _say_conflicts(pairs: Sequence[Shadow], names: Names) -> None:
    rows = list(Conflict.objects.filter(shadow__in=pairs, field__in=PEOPLE))
    for row in rows:
        for side in ("base", "board", "jira"):
            value = getattr(row, side)
            if isinstance(value, str) and value in names:
                setattr(row, side, names[value] or None)
    Conflict.objects.bulk_update(rows, ["base", "board", "jira"], batch_size=200)


def say_people(items: Sequence[WorkItem], names: Names) -> None:
    """Items, locked, and what waits of them: nobody is named by an id of the Jira that was left."""
    changed = []
    for item in items:
        ids = {role: getattr(item, f"{role}_id") for role in PEOPLE}
        if any(one in names for one in ids.values()):
            for role, one in ids.items():
                setattr(item, f"{role}_id", names.get(one, one)[:255])
            changed.append(item)
    bulk_rows.update(changed, tuple(f"{role}_id" for role in PEOPLE))
    rows = list(Change.objects.filter(item__in=items, state__in=_PENDING))
    for row in rows:
        row.fields, row.before = said(row.fields, names), said(row.before, names)
    Change.objects.bulk_update(rows, ["fields", "before"], batch_size=200)


def link_again(connection: Connection, row: MoveRow, item: WorkItem) -> None:
    """The way back: an item whose issue was not certain there has its own here again."""
    before = row.data["restore"]
    values = _restored(before) | {"remote_updated": NEVER_READ}
    project = item.project if item.project and item.project.connection_id == connection.pk else None
    Shadow.objects.create(connection=connection, project=project, item=item, **values)
    item.remote_id, item.remote_key = before["remote_id"], before["remote_key"]
    if item.deleted is None:
        item.sync_state, item.sync_detail = SyncState.SYNCED, ""
    item.save(update_fields=["remote_id", "remote_key", "sync_state", "sync_detail"])
    parked = Change.objects.filter(item=item, state=ChangeState.PARKED, code=NOT_MOVED)
    parked.update(state=ChangeState.WAITING, code="", message="", due=timezone.now(), settled=None)
    states.derive([item.pk])
