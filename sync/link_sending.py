"""Sending links: drawn and removed in Jira, as the link type that the mapping gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.utils import timezone

from connections.models import Connection, MappedProject
from jira_client.client import JiraClient
from jira_client.errors import Gone, Invalid, JiraError, NotFound, PermissionRefused
from planning.models import Change, ChangeKind, Link, SyncState
from sync import link_names, outbox, pull, refusals
from sync.core.retry import Verdict
from sync.crash import point
from sync.isolating import isolated
from sync.models import Shadow
from sync.references import live_pair
from sync.rules import rules_of
from sync.shift import Shift
from sync.states import UNDER_WAY
from sync.trace import note

WAIT_FOR_END = 2.0
NO_SUCH_TYPE: Final = "link_type_unknown"  # Change.code


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
        point("link.read_back")


def link_type_of(link: Link, project: MappedProject) -> str | None:
    """What Jira calls a link of the board between items of such types; None: it stays on the board."""
    table = rules_of(project).link_table
    return table.to_jira(link.type, link.source.type, link.target.type)


def _draw(
    connection: Connection, jira: JiraClient, change: Change, link: Link, shift: Shift
) -> Shadow | None:
    kind = None if link.deleted else link_type_of(link, change.project)
    if kind is None:
        why = "" if link.deleted else _why_local(link)
        _keep_here(
            change, link, "Kept on the board only, since this kind of link is not mapped.", why
        )
        return None
    source, target = live_pair(link.source_id), live_pair(link.target_id)
    if source is None or target is None:
        _wait_for_ends(change, link)
        return None
    outbox.claim_one(change, shift)
    try:
        _create(jira, change.project, kind, source, target)
    except (NotFound, Invalid) as error:
        if not _lost_its_type(connection, jira, change, link, kind):
            _refused(connection, jira, change, link, error)
        return None
    except JiraError as error:
        _refused(connection, jira, change, link, error)
        return None
    point("link.drawn")
    _done(connection, change, f"Link “{link.type}” drawn.", shift, drawn=link)
    return source


def _create(
    jira: JiraClient, project: MappedProject, kind: str, source: Shadow, target: Shadow
) -> None:
    """By its new name where Jira has renamed the link type since it was asked last. Raises JiraError."""
    ends = source.remote_key, target.remote_key
    try:
        jira.links.create(kind, *ends)
    except (NotFound, Invalid):
        renamed = link_names.new_name(project, jira, kind)
        if renamed is None:
            raise
        point("link.renamed")
        jira.links.create(renamed, *ends)


def _keep_here(change: Change, link: Link, message: str, why: str) -> None:
    with transaction.atomic():
        outbox.settle([change.pk], message)
        _say(link, SyncState.LOCAL_ONLY, why)
    point("link.kept_here")


def _why_local(link: Link) -> str:
    return (
        f"“{link.type}” from {link.source.type} to {link.target.type} is no link of Jira by the "
        "mapping, or would be read back as another. Give it a link type on “#4 Fields and statuses”."
    )


def _lost_its_type(
    connection: Connection, jira: JiraClient, change: Change, link: Link, kind: str
) -> bool:
    """Whether Jira refused since it has no such link type any more; that is named, and parked.

    Raises JiraError where Jira could not say, and that is not about this link.
    """
    try:
        there = [one.name for one in jira.links.types()]
    except (NotFound, Gone, Invalid, PermissionRefused):
        return False  # linking is switched off: Jira's own words say it
    if kind in there:
        return False
    names = ", ".join(there) or "none"
    message = (
        f"Jira has no link type “{kind}”, which “{link.type}” stands for: it was renamed or removed "
        f"there. It has: {names}. Choose one on “#4 Fields and statuses”, then send this again."
    )
    with transaction.atomic():
        outbox.park([change.pk], NO_SUCH_TYPE, message)
        _say(link, SyncState.PARKED, message)
        item, code = change.item, NO_SUCH_TYPE
        note(connection, "send", "refused", message, item=item, change=change, code=code)
    return True


def _wait_for_ends(change: Change, link: Link) -> None:
    """An end that is on its way to Jira is waited for; one that stays on the board keeps the link here."""
    coming = Change.objects.filter(
        item__in=[link.source_id, link.target_id], kind=ChangeKind.CREATE, state__in=UNDER_WAY
    ).exists()
    if coming:
        outbox.postpone([change.pk], WAIT_FOR_END, "Waiting until both ends are in Jira.")
        return
    why = "One end is not in this Jira."
    _keep_here(change, link, "Kept on the board only: one end is not in this Jira.", why)


def _remove(
    connection: Connection, jira: JiraClient, change: Change, link: Link, shift: Shift
) -> Shadow | None:
    if not link.remote_id:
        outbox.settle([change.pk], "Jira never held this link.")
        return None
    outbox.claim_one(change, shift)
    try:
        jira.links.delete(link.remote_id)
    except NotFound:
        pass  # what was to go is gone
    except JiraError as error:
        _refused(connection, jira, change, link, error)
        return None
    point("link.removed")
    _done(connection, change, f"Link “{link.type}” removed.", shift)
    return live_pair(link.source_id)


def _done(
    connection: Connection, change: Change, words: str, shift: Shift, drawn: Link | None = None
) -> None:
    with transaction.atomic():
        shift.guard()
        outbox.settle([change.pk])
        if drawn is not None:
            _say(drawn, SyncState.SYNCED, "")
        note(connection, "send", "done", words, item=change.item, change=change)
    point("link.settled")


def _refused(
    connection: Connection, jira: JiraClient, change: Change, link: Link, error: JiraError
) -> None:
    """Parked or later. Raises the error again where it is not about this link."""
    error = refusals.judged(jira, error)
    with transaction.atomic():
        never = outbox.set_aside(connection, change, error, "refused") is Verdict.NEVER
        if never:
            _say(link, SyncState.PARKED, outbox.words_of(error))
    point("link.refused")
    if never:
        return
    if refusals.of_connection(error):
        raise error


def _say(link: Link, state: SyncState, detail: str) -> None:
    Link.objects.filter(pk=link.pk).update(sync_state=state, sync_detail=detail[:1000])
