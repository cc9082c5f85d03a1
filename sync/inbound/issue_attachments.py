"""Attachments of items, as the issues that were read list them: rows that say what there is in Jira."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence

from almconnect.lib import bulk_rows
from almconnect.lib.ordered_id import ordered_id
from jira_client.values import Attachment as JiraAttachment
from planning.models import Attachment
from sync.core.values import Seen
from sync.models import Shadow

Told = Sequence[tuple[Shadow, tuple[JiraAttachment, ...]]]


def told(pairs: Mapping[str, Shadow], seen: Iterable[Seen]) -> Told:
    """Of the issues that were read, those whose attachments are not what they were at the read before."""
    found = []
    for one in seen:
        pair = pairs.get(one.remote_id)
        if (
            pair is None
            or one.attachments is None
            or (not one.attachments and not pair.attachments)
        ):
            continue
        if pair.attachments != _digest(one.attachments):
            found.append((pair, one.attachments))
    return found


def reconcile(pairs: Told) -> None:
    """Make the board's rows equal to what these issues list.

    Call it with the items locked and the pairs saved. Nothing of an attachment changes in Jira but
    whether it is there.
    """
    items = [pair.item_id for pair, _listed in pairs]
    held: dict[uuid.UUID, dict[str, uuid.UUID]] = {}
    rows = Attachment.objects.filter(item__in=items).values_list("item_id", "remote_id", "pk")
    for item, remote, key in rows:
        held.setdefault(item, {})[remote] = key
    new: list[Attachment] = []
    gone: list[uuid.UUID] = []
    for pair, listed in pairs:
        mine = held.get(pair.item_id, {})
        there = {one.id: one for one in listed}
        new += [_row(pair.item_id, one) for key, one in there.items() if key not in mine]
        gone += [key for remote, key in mine.items() if remote not in there]
        pair.attachments = _digest(listed)
    Attachment.objects.filter(pk__in=gone).delete()
    bulk_rows.insert(new)
    bulk_rows.update([pair for pair, _listed in pairs], ("attachments",))


def keep(item: uuid.UUID, there: JiraAttachment) -> Attachment:
    """The row of a file that was just added; the next read of its issue may have made it already."""
    row = _row(item, there)
    kept, _new = Attachment.objects.get_or_create(
        item_id=item,
        remote_id=row.remote_id,
        defaults={
            name: getattr(row, name)
            for name in ("id", "filename", "size", "kind", "author_name", "created")
        },
    )
    return kept


def _digest(listed: Sequence[JiraAttachment]) -> str:
    if not listed:
        return ""
    ids = ",".join(sorted(one.id for one in listed))
    return hashlib.sha256(ids.encode()).hexdigest()[:40]


def _row(item: uuid.UUID, there: JiraAttachment) -> Attachment:
    return bulk_rows.make(
        Attachment,
        {
            "id": ordered_id(),
            "item_id": item,
            "remote_id": there.id[:40],
            "filename": there.filename[:255],
            "size": there.size,
            "kind": there.kind[:255],
            "author_name": there.author_name[:255],
            "created": there.created,
        },
    )
