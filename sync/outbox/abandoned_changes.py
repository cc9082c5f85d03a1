"""Giving up what a person changed here: the board takes what Jira holds, or goes without.

Call it in a transaction, with the item and its pair locked, in this order. It must not ask Jira: what
Jira holds is what the pair last read.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from planning import feed, inbound_writes
from planning.models import Change, ChangeKind, ChangeState, SyncState, WorkItem
from planning.models.item import Link
from sync.models import Shadow
from sync.pairs import states
from sync.pairs.rules import values_of


def take_jiras(item: WorkItem, shadow: Shadow, fields: Iterable[str]) -> list[str]:
    """Set these fields to what Jira holds, and end what was parked of them. The fields that were set.

    A field of which a newer edit is under way keeps that edit; one that Jira was never read to hold
    keeps the board's value, which stays here alone until Jira tells one.
    """
    names = set(fields)
    newer = _under_way(item) & names
    back = {name: shadow.agreed[name] for name in names - newer if name in shadow.agreed}
    if back and inbound_writes.take(item, back, {}):
        feed.tell(inbound_writes.update({item: list(back)}))
    ours = values_of(item)
    alone = {name: ours[name] for name in names - newer if name in ours and name not in back}
    if alone:  # else it would be sent again with the next read
        shadow.agreed = {**shadow.agreed, **alone}
        shadow.save(update_fields=["agreed"])
    forget(shadow, names)
    over = [
        change.pk
        for change in Change.objects.filter(
            item=item, kind=ChangeKind.EDIT, state__in=(ChangeState.PARKED, ChangeState.CONFLICT)
        )
        if set(change.fields) <= names
    ]
    drop(over, "Given up: Jira's value was taken.")
    return sorted(back)


def forget(shadow: Shadow, fields: Iterable[str]) -> None:
    """That Jira refused these fields is over."""
    names = set(fields)
    kept = {name: why for name, why in shadow.parked.items() if name not in names}
    if kept != shadow.parked:
        shadow.parked = kept
        shadow.save(update_fields=["parked"])


def give_up_link(change: Change) -> None:
    """A link that Jira does not take goes from the board; one that Jira keeps stands here again."""
    link = change.link
    if link is None:
        return
    now = timezone.now()
    if change.kind == ChangeKind.LINK:
        Link.objects.filter(pk=link.pk, deleted=None).update(deleted=now)
        return
    twin = Link.objects.filter(source=link.source, target=link.target, type=link.type, deleted=None)
    if not twin.exists():  # drawn again meanwhile: then it stands already
        Link.objects.filter(pk=link.pk).update(deleted=None, sync_state=SyncState.SYNCED)


def drop(changes: Iterable[int], words: str) -> None:
    Change.objects.filter(pk__in=list(changes)).update(
        state=ChangeState.DROPPED, message=words, settled=timezone.now()
    )


def _under_way(item: WorkItem) -> set[str]:
    rows = Change.objects.filter(item=item, kind=ChangeKind.EDIT, state__in=states.UNDER_WAY)
    return {name for fields in rows.values_list("fields", flat=True) for name in fields}
