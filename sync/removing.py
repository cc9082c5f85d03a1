"""Sending deletions and links: the ends of an item's work, after its edits."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from connections.models import Connection, DeletionPolicy, MappedProject
from jira_client.client import JiraClient
from jira_client.errors import (
    AuthenticationRefused,
    Invalid,
    JiraError,
    NotFound,
    PermissionRefused,
)
from planning import applying
from planning.models import Change, ChangeKind, ChangeState, Link, SyncState
from sync import outbox, pull
from sync.core.retry import Verdict
from sync.models import Shadow, ShadowState
from sync.rules import rules_of
from sync.shift import Shift
from sync.states import UNDER_WAY
from sync.trace import note

WAIT_FOR_END = 2.0


def send_links(
    connection: Connection, jira: JiraClient, changes: Sequence[Change], shift: Shift
) -> None:
    """Draw and remove links in Jira, then read their sources, which tells the ids of new ones."""
    sources: dict[MappedProject, set[str]] = {}
    for change in changes:
        if change.link is None:
            outbox.drop([change.pk], "The link is gone.")
            continue
        if change.kind == ChangeKind.LINK:
            source = _draw(connection, jira, change, change.link)
        else:
            source = _remove(connection, jira, change, change.link)
        if source is not None and source.project is not None:
            sources.setdefault(source.project, set()).add(source.remote_id)
    for project, ids in sources.items():
        began = timezone.now()
        fetched = jira.issues.fetch(sorted(ids), rules_of(project).read_fields)
        pull.apply(project, fetched.issues, began=began)


def _draw(connection: Connection, jira: JiraClient, change: Change, link: Link) -> Shadow | None:
    kind = change.project.link_map.get(link.type)
    ends = [_live(link.source_id), _live(link.target_id)]
    if link.deleted or kind is None:
        outbox.settle([change.pk], "Kept on the board only, since this kind of link is not mapped.")
        _say(link, SyncState.LOCAL_ONLY, "")
        return None
    source, target = ends
    if source is None or target is None:
        _wait_for_ends(change, link)
        return None
    outbox.claim([change.pk])
    try:
        jira.links.create(kind, source.remote_key, target.remote_key)
    except JiraError as error:
        _refused(connection, jira, change, link, error)
        return None
    outbox.settle([change.pk])
    _say(link, SyncState.SYNCED, "")
    note(connection, "send", "done", f"Link “{link.type}” drawn.", item=change.item, change=change)
    return source


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


def _remove(connection: Connection, jira: JiraClient, change: Change, link: Link) -> Shadow | None:
    if not link.remote_id:
        outbox.settle([change.pk], "Jira never held this link.")
        return None
    outbox.claim([change.pk])
    try:
        jira.links.delete(link.remote_id)
    except NotFound:
        pass  # what was to go is gone
    except JiraError as error:
        _refused(connection, jira, change, link, error)
        return None
    outbox.settle([change.pk])
    note(
        connection, "send", "done", f"Link “{link.type}” removed.", item=change.item, change=change
    )
    return _live(link.source_id)


def _refused(
    connection: Connection, jira: JiraClient, change: Change, link: Link, error: JiraError
) -> None:
    """Raises the error again where it is not about this link. Data Center says 401, not 403, to an
    account that may not link; `/myself` tells that apart from refused credentials.
    """
    if type(error) is AuthenticationRefused:
        jira.myself()
        error = PermissionRefused(
            "The account may not link these issues. Ask a Jira admin for “Link Issues” in both projects."
        )
    decision = outbox.judge(error, change.attempts + 1)
    message = outbox.words_of(error)
    never = decision.verdict is Verdict.NEVER
    note(connection, "send", "refused", message, item=change.item, change=change, code=error.code)
    if never:
        outbox.park([change.pk], error.code, message)
        _say(link, SyncState.PARKED, message)
        return
    outbox.postpone([change.pk], decision.delay or 30.0, message, code=error.code)
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
    """Delete in Jira where the policy says so; else let go of the issue and say so."""
    for change in changes:
        shadow = _live(change.item_id)
        if shadow is None:
            outbox.settle([change.pk], "Jira never held this item, or lost it already.")
            continue
        if change.project.deletion_policy != DeletionPolicy.DELETE:
            _let_go(change, shadow, ShadowState.UNLINKED, "Kept in Jira, no longer linked.")
            continue
        outbox.claim([change.pk])
        try:
            jira.issues.delete(shadow.remote_id)
        except NotFound:
            _let_go(change, shadow, ShadowState.GONE, "Already gone from Jira.")
        except (Invalid, PermissionRefused) as error:
            why = outbox.words_of(error)
            _let_go(
                change,
                shadow,
                ShadowState.UNLINKED,
                f"Jira did not delete it, so it stays there: {why}",
            )
        except JiraError as error:
            decision = outbox.judge(error, change.attempts + 1)
            outbox.postpone(
                [change.pk], decision.delay or 30.0, outbox.words_of(error), code=error.code
            )
            raise
        else:
            _let_go(change, shadow, ShadowState.GONE, "Deleted in Jira.")
        note(connection, "send", "done", "Delete handled.", item=change.item, change=change)


def _let_go(change: Change, shadow: Shadow, state: ShadowState, message: str) -> None:
    with transaction.atomic():
        Shadow.objects.filter(pk=shadow.pk).update(state=state)
        outbox.settle([change.pk], message)
        Change.objects.filter(item=change.item_id, state__in=UNDER_WAY).update(
            state=ChangeState.DROPPED, message=message, settled=timezone.now()
        )
        applying.note_state([change.item_id], SyncState.GONE, message)
