"""Sending deletions: the end of an item's work, after its edits and links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from connections.models import Connection, DeletionPolicy
from jira_client.client import JiraClient
from jira_client.errors import Invalid, JiraError, NotFound, PermissionRefused
from planning import feed, inbound_writes
from planning.models import Change, ChangeKind, ChangeState, SyncState, WorkItem
from sync.models import Shadow, ShadowState
from sync.outbox import change_queue, deletion_guard, refusals, ways_out
from sync.outbox.poisoned_items import isolated
from sync.pairs import parents
from sync.pairs.references import live_pair
from sync.pairs.states import UNDER_WAY
from sync.pairs.trace import note
from sync.worker.failpoints import point
from sync.worker.work_slot import Shift

DELETED_THERE: Final = "Deleted in Jira."


def send_deletes(
    connection: Connection,
    jira: JiraClient,
    changes: Sequence[Change],
    shift: Shift,
    strange: Mapping[int, str],
) -> None:
    """Delete in Jira where the policy says so; else let go of the issue and say so.

    `strange`: changes whose issue is not this mapping's to write to now, with the reason: those only
    part the item from it. Raises JiraError where the connection as a whole failed, LeaseLost.
    """
    ours = [change for change in changes if change.pk not in strange]
    going = deletion_guard.hold(connection, jira, ours, shift) if ours else []
    for change in [*(one for one in changes if one.pk in strange), *going]:
        if shift.over:
            return
        with isolated(connection, change, shift):
            _delete(connection, jira, change, shift, strange.get(change.pk, ""))


def _delete(
    connection: Connection, jira: JiraClient, change: Change, shift: Shift, strange: str
) -> None:
    shadow = live_pair(change.item_id)
    if shadow is None:
        change_queue.settle([change.pk], "Jira never held this item, or lost it already.")
        return
    if change.project.deletion_policy != DeletionPolicy.DELETE:
        words = "Kept in Jira, no longer linked."
        _let_go(connection, change, shadow, ShadowState.UNLINKED, words, shift)
        return
    if strange:
        _let_go(
            connection,
            change,
            shadow,
            ShadowState.UNLINKED,
            f"Not deleted in Jira. {strange}",
            shift,
        )
        return
    change_queue.claim_one(change, shift)
    state, words = ShadowState.GONE, DELETED_THERE
    try:
        jira.issues.delete(shadow.remote_id)
        if _is_there(jira, shadow):
            _not_deleted(connection, change, shadow, shift)
            return
    except NotFound:
        words = "Already gone from Jira."
    except JiraError as problem:
        error = refusals.judged(jira, problem)
        if not isinstance(error, Invalid | PermissionRefused):
            # A delete may be repeated, so an unknown outcome is no matter.
            change_queue.set_aside(connection, change, error)
            if refusals.of_connection(error):
                raise error from problem
            return
        _park(connection, change, shadow, change_queue.words_of(error), shift)
        return
    point("delete.sent")
    _let_go(connection, change, shadow, state, words, shift)


def _is_there(jira: JiraClient, shadow: Shadow) -> bool:
    """Asked after a deletion that Jira called done. Raises JiraError."""
    try:
        jira.issues.get(shadow.remote_id, ("id",))
    except NotFound:
        return False
    return True


def _not_deleted(connection: Connection, change: Change, shadow: Shadow, shift: Shift) -> None:
    """Jira answered with success and did nothing: once more, and then a person is asked."""
    words = "it answered that it did, but still has it."
    if change.code == change_queue.UNCONFIRMED:
        _park(connection, change, shadow, words, shift)
        return
    message = f"Jira was asked to delete {shadow.remote_key}: {words} It is asked once more."
    change_queue.send_once_more(connection, change, message, said=message)


def _park(connection: Connection, change: Change, shadow: Shadow, why: str, shift: Shift) -> None:
    """Jira does not delete it: the item stands on the board again, and a person decides."""
    message = (
        f"Jira does not delete {shadow.remote_key}: {why} The item stays. Mend that "
        "and send this again, unlink the item (its issue stays in Jira), or keep it."
    )
    with transaction.atomic():
        shift.guard()
        item = WorkItem.objects.locked().get(pk=change.item_id)
        earlier = Change.objects.filter(item=item, kind=ChangeKind.DELETE, state=ChangeState.PARKED)
        change_queue.drop(list(earlier.values_list("pk", flat=True)), "Tried again since.")
        change_queue.park([change.pk], ways_out.DELETE_REFUSED, message)
        feed.tell(inbound_writes.revive(item))
        note(connection, "send", "refused", message, item=item, change=change)


def _let_go(
    connection: Connection,
    change: Change,
    shadow: Shadow,
    state: ShadowState,
    message: str,
    shift: Shift,
) -> None:
    with transaction.atomic():
        shift.guard()
        # The item before its pair, and with its children where they lose it.
        if state is ShadowState.GONE:
            parents.lock([change.item_id])
        standing = list(WorkItem.objects.filter(pk=change.item_id).locked())
        values: dict[str, Any] = {"state": state}
        if message == DELETED_THERE:
            values |= {"deleted_there": timezone.now(), "deleted_by": change.actor_name}
        Shadow.objects.filter(pk=shadow.pk).update(**values)
        change_queue.settle([change.pk], message)
        left = Q(state__in=UNDER_WAY) | Q(state=ChangeState.PARKED, kind=ChangeKind.DELETE)
        Change.objects.filter(left, item=change.item_id).update(
            state=ChangeState.DROPPED, message=message, settled=timezone.now()
        )
        # A deletion that was refused at first is of an item that stands on the board again.
        feed.tell(inbound_writes.vanish([one for one in standing if one.deleted is None], message))
        inbound_writes.note_state([change.item_id], SyncState.GONE, message)
        note(connection, "send", "done", message, item=change.item, change=change)
        if state is ShadowState.GONE:
            parents.let_go([change.item_id])
    point("delete.settled")
