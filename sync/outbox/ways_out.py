"""What a person can do about a change that does not go on by itself: the ways that are open, and going
one of them.

Sending it again is open to nearly every parked one, and so is giving it up. A deletion that Jira refused,
and edits of an item whose issue was deleted in Jira meanwhile, cannot be mended by that alone: what
becomes of the item is the question. One that is under way goes on by itself, and can be tried at once.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.audit import SYSTEM
from accounts.models import User
from almconnect.lib.api import Refused
from planning import feed, inbound_writes
from planning.models import Change, ChangeKind, ChangeState, WorkItem
from sync.models import Absence, Conflict, Shadow, ShadowState
from sync.outbox import abandoned_changes, abandoned_comments, deletion_guard
from sync.pairs import conflicts, states
from sync.worker.wake import PUSH, wake

DELETE_REFUSED: Final = "delete_refused"  # Change.code
GONE_IN_JIRA: Final = "gone_in_jira"
NOT_MOVED: Final = (
    "not_moved"  # the connection was moved, and the item's issue there is not certain
)
EDITED_THERE: Final = "comment_edited_there"
COMMENT_GONE: Final = "comment_gone_there"
DOUBTFUL: Final = ("outcome_unknown", "our_fault")  # of what Jira may hold nevertheless
GONE_WORDS: Final = (
    "{key} was deleted in Jira while this edit waited, so the edit is only here. Create the item in Jira "
    "again, keep it on the board alone, or delete it here too."
)


class Way(StrEnum):
    AGAIN = "again"  # send it as it is
    UNLINK = "unlink"  # the issue stays in Jira, the item goes from the board
    KEEP = "keep"  # the item stays; the change is given up
    RESTORE = "restore"  # a new issue for the item
    DELETE = "delete"  # the item goes from the board too
    JIRA = "jira"  # the board takes what Jira holds; the edit is given up
    BOARD = "board"  # of a conflict: the board's value goes to Jira
    GIVE_UP = "give_up"  # of a link: what the person did to it is undone here
    NOW = "now"  # of one that is under way: without waiting for its time


_WAYS: Final = {
    DELETE_REFUSED: (Way.AGAIN, Way.UNLINK, Way.KEEP),
    deletion_guard.HELD: (Way.UNLINK, Way.KEEP),
    GONE_IN_JIRA: (Way.RESTORE, Way.KEEP, Way.DELETE),
    NOT_MOVED: (Way.RESTORE, Way.KEEP, Way.DELETE),
    EDITED_THERE: (Way.JIRA, Way.AGAIN),
    COMMENT_GONE: (Way.RESTORE, Way.KEEP, Way.DELETE),
}
_OF_ITEM: Final = (GONE_IN_JIRA, NOT_MOVED)  # what these ask is what becomes of the item itself


_OF_KIND: Final = {
    ChangeKind.EDIT: (Way.AGAIN, Way.JIRA),
    ChangeKind.CREATE: (Way.AGAIN, Way.KEEP),
    ChangeKind.DELETE: (Way.AGAIN, Way.UNLINK),
    ChangeKind.LINK: (Way.AGAIN, Way.GIVE_UP),
    ChangeKind.UNLINK: (Way.AGAIN, Way.GIVE_UP),
    ChangeKind.COMMENT: (Way.AGAIN, Way.KEEP),
}
REPLAYED: Final = (Way.AGAIN, Way.NOW)  # by `replay`; the others by `go`


def of(change: Change) -> tuple[Way, ...]:
    """The ways that are open, the usual one first; none for a change that is over, settled or dropped."""
    match change.state:
        case ChangeState.PARKED:
            return _WAYS.get(change.code) or _of_kind(change)
        case ChangeState.CONFLICT:
            # Where nothing is left to decide, the change must not wait for a decision for ever.
            return (Way.BOARD, Way.JIRA) if open_conflicts(change) else (Way.AGAIN, Way.JIRA)
        case ChangeState.WAITING | ChangeState.LOOKING | ChangeState.SENDING:
            return (Way.NOW,)
    return ()


def _of_kind(change: Change) -> tuple[Way, ...]:
    """A comment that Jira holds as it was before can be that here, too."""
    comment = change.comment
    if comment is not None and comment.remote_id and not change.takes_comment_away:
        return (Way.AGAIN, Way.JIRA)
    return _OF_KIND[ChangeKind(change.kind)]


def open_conflicts(change: Change) -> list[Conflict]:
    """Those about the fields of the change that wait for a person."""
    rows = Conflict.objects.filter(shadow__item=change.item_id, resolved=None)
    return list(rows.filter(field__in=list(change.fields)))


@transaction.atomic
def go(change: Change, way: str, *, actor: User) -> None:
    """Go a way other than *again*, which is `replay`'s. Raises Refused (409, 422)."""
    item = WorkItem.objects.locked().get(pk=change.item_id)
    shadow = Shadow.objects.filter(item=item).locked().first()
    change.refresh_from_db()
    ways = [one for one in of(change) if one not in REPLAYED]
    if way not in ways:
        words = ", ".join(ways) or "to send it again"
        status, code = (422, "no_such_way") if ways else (409, "not_parked")
        raise Refused(f"The ways out of this change are: {words}.", code=code, status=status)
    match Way(way):
        case _ if change.kind == ChangeKind.COMMENT and change.code not in _OF_ITEM:
            abandoned_comments.go(change, shadow, way)
        case Way.RESTORE:
            _restore(change, item, shadow, actor)
        case Way.KEEP:
            _keep(item, change)
        case Way.JIRA | Way.BOARD:
            _take(change, item, shadow, way, actor)
        case Way.GIVE_UP:
            abandoned_changes.give_up_link(change)
            abandoned_changes.drop([change.pk], "Given up by a person.")
        case _:
            _take_off(item, shadow, change)
    connection_id = change.project.connection_id
    after = {"way": way}
    audit.record(
        "change.decided", actor=actor, target=item, connection_id=connection_id, after=after
    )
    states.derive([item.pk])
    wake(PUSH, connection_id)


def _keep(item: WorkItem, change: Change) -> None:
    if change.kind == ChangeKind.CREATE:  # what waits for the item's issue waits in vain from here
        rest = Change.objects.filter(item=item, state__in=(*states.UNDER_WAY, ChangeState.PARKED))
        abandoned_changes.drop(
            [one.pk for one in rest], "Given up: the item stays on the board alone."
        )
        return
    _end(item, "Given up: the item stays as it is.", change)


def _take(change: Change, item: WorkItem, shadow: Shadow | None, way: str, actor: User) -> None:
    """One side's value for the change's fields: of a conflict by its own rules, which may refuse."""
    if shadow is None or item.deleted:  # nothing is left to take, and nothing to take it from
        ids = [one.pk for one in open_conflicts(change)]
        Conflict.objects.filter(pk__in=ids).update(
            resolved=timezone.now(), taken_by="the item is gone"
        )
        abandoned_changes.drop([change.pk], "Given up: the item or its issue is gone.")
        return
    for one in open_conflicts(change) if change.state == ChangeState.CONFLICT else ():
        conflicts.resolve(one.pk, way, actor=actor)
    if way == Way.BOARD:
        return
    shadow.refresh_from_db()
    item.refresh_from_db()
    abandoned_changes.take_jiras(item, shadow, change.fields)


def _restore(change: Change, item: WorkItem, shadow: Shadow | None, actor: User) -> None:
    """As a new issue: the old one's key and id are nobody's any more."""
    if shadow is not None:
        shadow.delete()
    item.remote_id = item.remote_key = ""
    item.save(update_fields=["remote_id", "remote_key"])
    _end(item, "Goes with the create.", change)
    abandoned_comments.write_again(item, change.project, actor)
    Change.objects.create(
        project=change.project,
        item=item,
        kind=ChangeKind.CREATE,
        fields={"summary": item.summary},
        actor=actor,
        actor_name=str(actor),
    )


def _take_off(item: WorkItem, shadow: Shadow | None, change: Change) -> None:
    """The item goes from the board. Its issue, where there is one, stays in Jira."""
    words = "Kept in Jira, no longer linked."
    if change.code == GONE_IN_JIRA:
        words = "Deleted in Jira, so deleted here."
    elif change.code == NOT_MOVED:
        words = "Deleted here. It was on the board only."
    elif shadow is not None:
        shadow.state = ShadowState.UNLINKED
        shadow.save(update_fields=["state"])
    _end(item, words, change)
    feed.tell(inbound_writes.vanish([item], words))


def _end(item: WorkItem, words: str, change: Change) -> None:
    """The change, and all that was parked of the item for the same reason."""
    rows = Change.objects.filter(item=item, state=ChangeState.PARKED, code=change.code)
    rows.update(state=ChangeState.DROPPED, message=words, settled=timezone.now())


def spare_edited(shadows: Sequence[Shadow]) -> list[Shadow]:
    """Of pairs whose issues are gone from Jira, those whose items may go as well. What people wrote and
    Jira never got is parked, and its item stays, until somebody has decided.

    Call it in the transaction that buries the others, with the items locked.
    """
    waiting = Change.objects.filter(
        item__in=[one.item_id for one in shadows],
        kind__in=(ChangeKind.EDIT, ChangeKind.COMMENT),
        state__in=(*states.UNDER_WAY, ChangeState.PARKED, ChangeState.CONFLICT),
        item__deleted=None,
    ).exclude(actor_name=SYSTEM)
    edited = set(waiting.values_list("item_id", flat=True)) - being_deleted(shadows)
    for one in (one for one in shadows if one.item_id in edited):
        words = GONE_WORDS.format(key=one.remote_key)
        waiting.filter(item=one.item_id).update(
            state=ChangeState.PARKED, code=GONE_IN_JIRA, message=words, settled=timezone.now()
        )
        Change.objects.filter(item=one.item_id, state__in=states.UNDER_WAY).update(
            state=ChangeState.DROPPED,
            message="Its issue was deleted in Jira.",
            settled=timezone.now(),
        )
    kept = Shadow.objects.filter(pk__in=[one.pk for one in shadows if one.item_id in edited])
    kept.update(state=ShadowState.GONE, absence=Absence.KEPT)
    Conflict.objects.filter(shadow__in=kept, resolved=None).update(
        resolved=timezone.now(), taken_by="deleted in Jira"
    )
    states.derive(edited)
    return [one for one in shadows if one.item_id not in edited]


def being_deleted(shadows: Iterable[Shadow]) -> set[uuid.UUID]:
    """Items of these pairs that a person has deleted, or said so of what was held, and Jira has not yet."""
    rows = Change.objects.filter(
        item__in=[one.item_id for one in shadows],
        kind=ChangeKind.DELETE,
        state__in=states.UNDER_WAY,
    )
    return set(rows.values_list("item_id", flat=True))


def send_those_back(items: Iterable[object]) -> None:
    """The issues of these items are there again: what was parked since they were gone goes to them."""
    Change.objects.filter(item__in=list(items), state=ChangeState.PARKED, code=GONE_IN_JIRA).update(
        state=ChangeState.WAITING, code="", message="", due=timezone.now(), settled=None
    )
    abandoned_comments.send_dropped(items)
