"""Issues that the board does not know: our own creates, recognised by their mark, and new ones."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from almconnect.lib import bulk_rows
from almconnect.lib.ordered_id import ordered_id
from connections.models import MappedProject
from jira_client.values import Issue
from planning import feed, inbound_writes
from planning.models import Change, ChangeKind, ChangeState, SyncState, WorkItem
from sync.core.comments import digest
from sync.core.mapping import operation_of
from sync.core.values import Seen, is_compared
from sync.inbound.read_batch import Batch, Reading, left_out, not_understood
from sync.models import COMMENTS_UNREAD, Shadow
from sync.pairs import states
from sync.pairs.trace import note

_ITEM: Any = Shadow._meta.get_field("item")


def own_creates(project: MappedProject, issues: Iterable[Issue]) -> dict[str, Change]:
    """Mark of an operation → the create of ours that it names, of these issues."""
    marks = {mark for issue in issues if (mark := operation_of(issue))}
    wanted = {found: mark for mark in marks if (found := _as_uuid(mark)) is not None}
    if not wanted:
        return {}
    rows = Change.objects.filter(
        kind=ChangeKind.CREATE,
        project__connection=project.connection_id,
        operation__in=list(wanted),
    )
    return {wanted[row.operation]: row for row in rows}


def adopt_own(reading: Reading, seen: Seen) -> Shadow | None:
    """An issue we do not know that carries the mark of a create under way is that very item, which was
    locked together with the others.
    """
    change = reading.own.get(seen.operation)
    item = reading.locked.get(change.item_id) if change is not None else None
    if change is None or item is None:
        return None
    existing = Shadow.objects.filter(item=item).locked().first()
    if existing is not None:
        existing.item = item
        return existing
    return bind(reading.project, item, seen.remote_id, seen.remote_key, change.sent)


def bind(
    project: MappedProject, item: WorkItem, remote_id: str, key: str, agreed: Mapping[str, Any]
) -> Shadow:
    """Make a locked item and an issue one pair; `agreed` is what was sent with the create.

    The shadow has read nothing yet (`remote_updated` is null): any read applies to it, and what was
    not sent counts as agreed at what Jira began with, so that the board's value is still to send.
    """
    item.remote_id, item.remote_key = remote_id, key
    item.save(update_fields=["remote_id", "remote_key"])
    _give_up_second(project, item, remote_id, key)
    shadow = Shadow.objects.create(
        connection_id=project.connection_id,
        project=project,
        item=item,
        remote_id=remote_id,
        remote_key=key,
        agreed={name: value for name, value in agreed.items() if is_compared(name)},
        read_at=item.created,
    )
    shadow.item = item
    return shadow


def _give_up_second(project: MappedProject, item: WorkItem, remote_id: str, key: str) -> None:
    """The issue was brought in as an item of its own before its create was known to be ours."""
    second = Shadow.objects.filter(connection_id=project.connection_id, remote_id=remote_id)
    twin = WorkItem.objects.filter(shadow__in=second).locked().first()
    if twin is None:
        return
    second.delete()
    words = f"{key} is the issue of another item, “{item.summary}”."
    feed.tell(inbound_writes.vanish([twin], words))
    note(project.connection, "merge", "skipped", words, item=twin)


def _as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def bring_in(reading: Reading, batch: Batch, issue: Issue, seen: Seen) -> None:
    """Add to the batch the item and the pair of an issue that the board does not know."""
    if seen.type is None or not reading.project.reads_jira:
        batch.applied.ignored += 1
        if seen.type is None:
            batch.applied.untyped[seen.remote_id] = seen.names.get("type", "")
        return
    if reading.doubt and not seen.operation:
        batch.applied.unsure.append(seen.remote_id)
        return
    item = bulk_rows.make(
        WorkItem,
        {
            "id": ordered_id(),
            "project_id": reading.project.pk,
            "type": seen.type,
            "team_id": reading.team,
            "remote_id": seen.remote_id,
            "remote_key": seen.remote_key,
            "sync_state": SyncState.SYNCED.value,
            "sync_at": reading.began,
            "created": reading.now,
            "updated": reading.now,
            **inbound_writes.columns_of(seen.values, seen.names),
        },
    )
    batch.new_items.append(item)
    shadow = bulk_rows.make(
        Shadow,
        {
            "id": ordered_id(),
            "connection_id": reading.project.connection_id,
            "project_id": reading.project.pk,
            "item_id": item.pk,
            "remote_id": seen.remote_id,
            "remote_key": seen.remote_key,
            "agreed": {name: value for name, value in seen.values.items() if name != "rank"},
            "refs": dict(seen.refs),
            "parent_ref": str(seen.refs.get("parent") or ""),
            "sprint_ref": seen.refs.get("sprint"),
            "parked": not_understood(seen),
            "untold": left_out(seen),
            "comments": COMMENTS_UNREAD
            if seen.comments or not reading.rules.comments
            else digest(seen.comments),
            "remote_created": issue.created,
            "remote_updated": issue.updated,
            "read_at": reading.began,
        },
    )
    _ITEM.set_cached_value(shadow, item)  # as `shadow.item = item`, without asking a router
    if shadow.parked:
        item.sync_state = SyncState.PARKED.value
        item.sync_detail = states.told(shadow.parked)
    batch.new_shadows.append(shadow)
    if (
        seen.links or seen.comments or seen.attachments
    ):  # without any, a new item has none on the board that could be amiss
        batch.current.append(seen)
    batch.applied.created += 1
    batch.applied.items[seen.remote_id] = item.pk


def waiting_creates(project: MappedProject) -> bool:
    """Is a create of this connection under way, so that unknown issues must be asked whose they are?

    One whose outcome stayed unknown is, too: its issue may yet be seen.
    """
    under_way = Q(state__in=(ChangeState.SENDING, ChangeState.LOOKING))
    unknown = Q(state=ChangeState.PARKED, code="outcome_unknown")
    # Of every connection, by their state: asked for this one's, SQLite looks at all that it ever changed.
    rows = Change.objects.filter(under_way | unknown, kind=ChangeKind.CREATE).order_by()
    found = rows.values_list("project__connection_id", flat=True).distinct()
    return project.connection_id in set(found)
