"""Sending deletions: the end of an item's work, after its edits and links."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from connections.models import Connection, DeletionPolicy
from jira_client.client import JiraClient
from jira_client.errors import Invalid, JiraError, NotFound, PermissionRefused
from planning import applying
from planning.models import Change, ChangeState, SyncState
from sync import outbox, parents, refusals
from sync.crash import point
from sync.isolating import isolated
from sync.models import Shadow, ShadowState
from sync.references import live_pair
from sync.shift import Shift
from sync.states import UNDER_WAY
from sync.trace import note


def send_deletes(
    connection: Connection, jira: JiraClient, changes: Sequence[Change], shift: Shift
) -> None:
    """Delete in Jira where the policy says so; else let go of the issue and say so.

    Raises JiraError where the connection as a whole failed, LeaseLost.
    """
    for change in changes:
        if shift.over:
            return
        with isolated(connection, change, shift):
            _delete(connection, jira, change, shift)


def _delete(connection: Connection, jira: JiraClient, change: Change, shift: Shift) -> None:
    shadow = live_pair(change.item_id)
    if shadow is None:
        outbox.settle([change.pk], "Jira never held this item, or lost it already.")
        return
    if change.project.deletion_policy != DeletionPolicy.DELETE:
        words = "Kept in Jira, no longer linked."
        _let_go(connection, change, shadow, ShadowState.UNLINKED, words, shift)
        return
    outbox.claim_one(change, shift)
    state, words = ShadowState.GONE, "Deleted in Jira."
    try:
        jira.issues.delete(shadow.remote_id)
    except NotFound:
        words = "Already gone from Jira."
    except JiraError as problem:
        error = refusals.judged(jira, problem)
        if not isinstance(error, Invalid | PermissionRefused):
            # A delete may be repeated, so an unknown outcome is no matter.
            outbox.set_aside(connection, change, error)
            if refusals.of_connection(error):
                raise error from problem
            return
        state = ShadowState.UNLINKED
        words = f"Jira did not delete it, so it stays there: {outbox.words_of(error)}"
    point("delete.sent")
    _let_go(connection, change, shadow, state, words, shift)


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
        if state is ShadowState.GONE:
            parents.lock([change.item_id])
        Shadow.objects.filter(pk=shadow.pk).update(state=state)
        outbox.settle([change.pk], message)
        Change.objects.filter(item=change.item_id, state__in=UNDER_WAY).update(
            state=ChangeState.DROPPED, message=message, settled=timezone.now()
        )
        applying.note_state([change.item_id], SyncState.GONE, message)
        note(connection, "send", "done", message, item=change.item, change=change)
        if state is ShadowState.GONE:
            parents.let_go([change.item_id])
    point("delete.settled")
