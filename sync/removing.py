"""Sending deletions and links: the ends of an item's work, after its edits."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from connections.models import Connection, DeletionPolicy, MappedProject
from jira_client.client import JiraClient
from jira_client.errors import Invalid, JiraError, NotFound, PermissionRefused
from planning import applying
from planning.models import Change, ChangeKind, ChangeState, Link, SyncState
from sync import outbox, pull, refusals
from sync.core.retry import Verdict
from sync.crash import point
from sync.isolating import isolated
from sync.models import Shadow, ShadowState
from sync.rules import rules_of
from sync.shift import Shift
from sync.states import UNDER_WAY
from sync.trace import note

WAIT_FOR_END = 2.0


def send_links(
    connection: Connection, jira: JiraClient, changes: Sequence[Change], shift: Shift
) -> None:
    """Draw and remove links in Jira, then read their sources, which tells the ids of new ones.

    Raises JiraError where the connection as a whole failed, LeaseLost.
    """
    sources: dict[MappedProject, set[str]] = {}
    for change in changes:
        if shift.over:
            break
        if change.link is None:
            outbox.drop([change.pk], "The link is gone.")
            continue
        source = None
        with isolated(connection, change, shift):
            act = _draw if change.kind == ChangeKind.LINK else _remove
            source = act(connection, jira, change, change.link, shift)
        if source is not None and source.project is not None:
            sources.setdefault(source.project, set()).add(source.remote_id)
    for project, ids in sources.items():
        began = timezone.now()
        fetched = jira.issues.fetch(sorted(ids), rules_of(project).read_fields)
        with transaction.atomic():
            shift.guard()
            pull.apply(project, fetched.issues, began=began)


def _draw(
    connection: Connection, jira: JiraClient, change: Change, link: Link, shift: Shift
) -> Shadow | None:
    kind = change.project.link_map.get(link.type)
    if link.deleted or kind is None:
        outbox.settle([change.pk], "Kept on the board only, since this kind of link is not mapped.")
        _say(link, SyncState.LOCAL_ONLY, "")
        return None
    source, target = _live(link.source_id), _live(link.target_id)
    if source is None or target is None:
        _wait_for_ends(change, link)
        return None
    _claim(change, shift)
    try:
        jira.links.create(kind, source.remote_key, target.remote_key)
    except JiraError as error:
        _refused(connection, jira, change, link, error)
        return None
    point("link.drawn")
    with transaction.atomic():
        shift.guard()
        outbox.settle([change.pk])
        _say(link, SyncState.SYNCED, "")
        words = f"Link “{link.type}” drawn."
        note(connection, "send", "done", words, item=change.item, change=change)
    return source


def _claim(change: Change, shift: Shift) -> None:
    with transaction.atomic():
        shift.guard()
        outbox.claim([change.pk])
    point("removing.claimed")
    shift.check()


def _wait_for_ends(change: Change, link: Link) -> None:
    """An end that is on its way to Jira is waited for; one that stays on the board keeps the link here."""
    coming = Change.objects.filter(
        item__in=[link.source_id, link.target_id], kind=ChangeKind.CREATE, state__in=UNDER_WAY
    ).exists()
    if coming:
        outbox.postpone([change.pk], WAIT_FOR_END, "Waiting until both ends are in Jira.")
        return
    outbox.settle([change.pk], "Kept on the board only: one end is not in this Jira.")
    _say(link, SyncState.LOCAL_ONLY, "One end is not in this Jira.")


def _remove(
    connection: Connection, jira: JiraClient, change: Change, link: Link, shift: Shift
) -> Shadow | None:
    if not link.remote_id:
        outbox.settle([change.pk], "Jira never held this link.")
        return None
    _claim(change, shift)
    try:
        jira.links.delete(link.remote_id)
    except NotFound:
        pass  # what was to go is gone
    except JiraError as error:
        _refused(connection, jira, change, link, error)
        return None
    point("link.removed")
    with transaction.atomic():
        shift.guard()
        outbox.settle([change.pk])
        words = f"Link “{link.type}” removed."
        note(connection, "send", "done", words, item=change.item, change=change)
    return _live(link.source_id)


def _refused(
    connection: Connection, jira: JiraClient, change: Change, link: Link, error: JiraError
) -> None:
    """Parked or later. Raises the error again where it is not about this link."""
    error = refusals.judged(jira, error)
    decision = outbox.judge(error, change.attempts + 1)
    message = outbox.words_of(error)
    note(connection, "send", "refused", message, item=change.item, change=change, code=error.code)
    if decision.verdict is Verdict.NEVER:
        outbox.park([change.pk], error.code, message)
        _say(link, SyncState.PARKED, message)
        return
    outbox.postpone([change.pk], decision.delay, message, code=error.code)
    if refusals.of_connection(error):
        raise error


def _say(link: Link, state: SyncState, detail: str) -> None:
    Link.objects.filter(pk=link.pk).update(sync_state=state, sync_detail=detail[:1000])


def _live(item: uuid.UUID) -> Shadow | None:
    return (
        Shadow.objects.select_related("project").filter(item=item, state=ShadowState.LIVE).first()
    )


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
    shadow = _live(change.item_id)
    if shadow is None:
        outbox.settle([change.pk], "Jira never held this item, or lost it already.")
        return
    if change.project.deletion_policy != DeletionPolicy.DELETE:
        words = "Kept in Jira, no longer linked."
        _let_go(connection, change, shadow, ShadowState.UNLINKED, words, shift)
        return
    _claim(change, shift)
    state, words = ShadowState.GONE, "Deleted in Jira."
    try:
        jira.issues.delete(shadow.remote_id)
    except NotFound:
        words = "Already gone from Jira."
    except JiraError as problem:
        error = refusals.judged(jira, problem)
        if not isinstance(error, Invalid | PermissionRefused):
            _later(connection, change, error)
            return
        state = ShadowState.UNLINKED
        words = f"Jira did not delete it, so it stays there: {outbox.words_of(error)}"
    point("delete.sent")
    _let_go(connection, change, shadow, state, words, shift)
    point("delete.settled")


def _later(connection: Connection, change: Change, error: JiraError) -> None:
    """A delete may be repeated, so an unknown outcome is no matter. Raises the error again where it
    is not about this item.
    """
    decision = outbox.judge(error, change.attempts + 1)
    message = outbox.words_of(error)
    if decision.verdict is Verdict.NEVER:
        outbox.park([change.pk], error.code, message)
    else:
        outbox.postpone([change.pk], decision.delay, message, code=error.code)
    note(connection, "send", "later", message, item=change.item, change=change, code=error.code)
    if refusals.of_connection(error):
        raise error


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
        Shadow.objects.filter(pk=shadow.pk).update(state=state)
        outbox.settle([change.pk], message)
        Change.objects.filter(item=change.item_id, state__in=UNDER_WAY).update(
            state=ChangeState.DROPPED, message=message, settled=timezone.now()
        )
        applying.note_state([change.item_id], SyncState.GONE, message)
        note(connection, "send", "done", message, item=change.item, change=change)
