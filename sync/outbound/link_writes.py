"""Sending links: drawn and removed in Jira, as the link type that the mapping gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.utils import timezone

from connections.models import Connection, MappedProject
from jira_client.client import JiraClient
from jira_client.errors import Gone, Invalid, JiraError, NotFound, PermissionRefused
from jira_client.parse import issue_links
from jira_client.values import Issue
from planning.models import Change, ChangeKind, Link, SyncState, WorkItem
from sync.core.retry import Verdict
from sync.inbound import pull
from sync.models import Shadow
from sync.outbox import change_queue, refusals
from sync.outbox.poisoned_items import isolated
from sync.pairs import link_names
from sync.pairs.references import live_pair
from sync.pairs.rules import rules_of
from sync.pairs.states import UNDER_WAY
from sync.pairs.trace import note
from sync.worker.failpoints import point
from sync.worker.work_slot import Shift

WAIT_FOR_END = 2.0
NO_SUCH_TYPE: Final = "link_type_unknown"  # Change.code


def send_links(
    connection: Connection, jira: JiraClient, changes: Sequence[Change], shift: Shift
) -> None:
    """Draw and remove links in Jira, then read their sources, which tells the ids of new ones.

    Raises JiraError where the connection as a whole failed, LeaseLost.
    """
    sources: dict[MappedProject, set[str]] = {}
    acted: list[Change] = []
    for change in changes:
        if shift.over:
            break
        if change.link is None:
            change_queue.drop([change.pk], "The link is gone.")
            continue
        source = None
        with isolated(connection, change, shift):
            act = _draw if change.kind == ChangeKind.LINK else _remove
            source = act(connection, jira, change, change.link, shift)
        if source is not None and source.project is not None:
            sources.setdefault(source.project, set()).add(source.remote_id)
            acted.append(change)
    for project, ids in sources.items():
        began = timezone.now()
        fetched = jira.issues.fetch(sorted(ids), rules_of(project).read_fields)
        with transaction.atomic():
            shift.guard()
            ends = [(c.link.source_id, c.link.target_id) for c in acted if c.link is not None]
            items = WorkItem.objects.filter(pk__in=[one for pair in ends for one in pair])
            list(items.locked().values_list("pk"))
            for change in acted:
                _confirm(connection, change, fetched.issues)
            pull.apply(project, fetched.issues, began=began)
        point("link.read_back")


def _confirm(connection: Connection, change: Change, issues: Sequence[Issue]) -> None:
    """A link that Jira called drawn or removed, and that its source shows otherwise: once more, then a
    person is asked.
    """
    link = change.link
    source = live_pair(link.source_id) if link is not None else None
    issue = next((one for one in issues if source and one.id == source.remote_id), None)
    if link is None or issue is None or "issuelinks" not in issue.fields:
        return
    drawn = change.kind == ChangeKind.LINK
    there = _find(change.project, link, issue) is not None
    if not drawn and link.remote_id:
        there = any(one.id == link.remote_id for one in issue_links(issue))
    if there == drawn or (not drawn and _drawn_again(link)):
        return
    words = "drew it, but does not show it" if drawn else "removed it, but still shows it"
    message = f"“{link.type}”: Jira answered that it {words}."
    if change.code == change_queue.UNCONFIRMED:
        code = change_queue.UNCONFIRMED
        change_queue.park([change.pk], code, f"{message} It was sent twice.")
        say(link, SyncState.PARKED, message)
        note(connection, "send", "later", message, item=change.item, change=change, code=code)
    else:
        again = f"{message} It is sent once more."
        change_queue.send_once_more(connection, change, again, said=message)
        say(link, SyncState.WAITING, again)


def _find(project: MappedProject, link: Link, issue: Issue) -> str | None:
    """The id of this link of the board among those that its source's issue lists."""
    kind, target = link_type_of(link, project), live_pair(link.target_id)
    if kind is None or target is None:
        return None
    table = rules_of(project).link_table
    for one in issue_links(issue):
        ends = {one.source_id, one.target_id}
        straight = one.source_id == issue.id or one.type.inward == one.type.outward
        called = table.called(one.type.id, one.type.name)
        if called == kind and straight and ends == {issue.id, target.remote_id}:
            return one.id
    return None


def _drawn_again(link: Link) -> bool:
    """The same link was drawn on the board once more since it was removed."""
    same = Link.objects.filter(source=link.source_id, target=link.target_id, type=link.type)
    return same.filter(deleted=None).exclude(pk=link.pk).exists()


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
    change_queue.claim_one(change, shift)
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
        change_queue.settle([change.pk], message)
        say(link, SyncState.LOCAL_ONLY, why)
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
        change_queue.park([change.pk], NO_SUCH_TYPE, message)
        say(link, SyncState.PARKED, message)
        item, code = change.item, NO_SUCH_TYPE
        note(connection, "send", "refused", message, item=item, change=change, code=code)
    return True


def _wait_for_ends(change: Change, link: Link) -> None:
    """An end that is on its way to Jira is waited for; one that stays on the board keeps the link here."""
    coming = Change.objects.filter(
        item__in=[link.source_id, link.target_id], kind=ChangeKind.CREATE, state__in=UNDER_WAY
    ).exists()
    if coming:
        change_queue.put_off([change.pk], WAIT_FOR_END, "Waiting until both ends are in Jira.")
        return
    why = "One end is not in this Jira."
    _keep_here(change, link, "Kept on the board only: one end is not in this Jira.", why)


def _remove(
    connection: Connection, jira: JiraClient, change: Change, link: Link, shift: Shift
) -> Shadow | None:
    try:
        remote_id = link.remote_id or _look_for(jira, change.project, link)
    except JiraError as error:
        _refused(connection, jira, change, link, error)
        return None
    if remote_id is None:
        change_queue.settle([change.pk], "Jira never held this link.")
        return None
    if remote_id != link.remote_id:
        # So that a read that lists it meanwhile does not draw it again.
        link.remote_id = remote_id
        link.save(update_fields=["remote_id"])
    change_queue.claim_one(change, shift)
    try:
        jira.links.delete(remote_id)
    except NotFound:
        pass  # what was to go is gone
    except JiraError as error:
        _refused(connection, jira, change, link, error)
        return None
    point("link.removed")
    _done(connection, change, f"Link “{link.type}” removed.", shift)
    return live_pair(link.source_id)


def _look_for(jira: JiraClient, project: MappedProject, link: Link) -> str | None:
    """A link that was removed on the board before its id in Jira had been read: by its ends and type.

    Raises JiraError.
    """
    source = live_pair(link.source_id)
    if source is None or _drawn_again(link):
        return None
    found = jira.issues.fetch([source.remote_id], ("issuelinks",)).issues
    return _find(project, link, found[0]) if found else None


def _done(
    connection: Connection, change: Change, words: str, shift: Shift, drawn: Link | None = None
) -> None:
    with transaction.atomic():
        shift.guard()
        change_queue.settle([change.pk])
        if drawn is not None:
            say(drawn, SyncState.SYNCED, "")
        note(connection, "send", "done", words, item=change.item, change=change)
    point("link.settled")


def _refused(
    connection: Connection, jira: JiraClient, change: Change, link: Link, error: JiraError
) -> None:
    """Parked or later. Raises the error again where it is not about this link."""
    error = refusals.judged(jira, error)
    with transaction.atomic():
        never = change_queue.set_aside(connection, change, error, "refused") is Verdict.NEVER
        if never:
            say(link, SyncState.PARKED, change_queue.words_of(error))
    point("link.refused")
    if never:
        return
    if refusals.of_connection(error):
        raise error


def say(link: Link, state: SyncState, detail: str) -> None:
    """What people see on the link."""
    Link.objects.filter(pk=link.pk).update(sync_state=state, sync_detail=detail[:1000])
