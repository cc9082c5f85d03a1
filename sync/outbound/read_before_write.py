"""What Jira holds before items are written, merged into the board; what of it could not be read.

Also applies what is read afterwards. One issue that we fail on is parked, and the others go on.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from connections.models import Connection, MappedProject
from jira_client.client import JiraClient
from jira_client.values import Issue
from planning.models import Change, WorkItem
from sync.core.echo import same
from sync.core.history import READ, Write
from sync.core.mapping import parent_reference, see
from sync.core.values import Rules, Values
from sync.inbound import absence, outside_mapping, pull, whose
from sync.inbound.read_batch import Applied
from sync.models import Shadow
from sync.outbound import ownership, write_race
from sync.outbox import change_queue, corrective_changes, poisoned_items
from sync.pairs import decision, field_names
from sync.pairs.rules import lookups_for, values_of
from sync.worker.failpoints import point
from sync.worker.work_slot import Shift

UNREAD = 30.0  # seconds until an issue that was not there is asked for again
LAG = 2.0

Work = Mapping[uuid.UUID, Sequence[Change]]


def read(
    connection: Connection,
    jira: JiraClient,
    project: MappedProject,
    rules: Rules,
    shadows: Mapping[uuid.UUID, Shadow],
    work: Work,
    shift: Shift,
) -> tuple[set[str], Applied]:
    """The issues as they are before the write, merged; the ids of those that may be written to.

    What waits for the others is put off, or parked with the reason. Raises JiraError, LeaseLost.
    """
    here, applied = _read(connection, jira, project, rules, shadows, work, shift)
    _put_off_unread(connection, jira, project, shadows, work, here, applied.stale_items)
    _park_moved(shadows, work, applied.elsewhere)
    here -= applied.elsewhere
    return here - _park_outside(connection, jira, project, shadows, work, here), applied


def _read(
    connection: Connection,
    jira: JiraClient,
    project: MappedProject,
    rules: Rules,
    shadows: Mapping[uuid.UUID, Shadow],
    work: Work,
    shift: Shift,
) -> tuple[set[str], Applied]:
    """All of the issues that came, by their ids."""
    cut_off = _cut_off(connection, shadows, work)
    began = timezone.now()
    ids = [shadow.remote_id for shadow in shadows.values()]
    new = any(shadow.remote_updated is None for shadow in shadows.values())
    history = bool(cut_off) or new
    issues = list(jira.issues.fetch(ids, rules.read_fields, history=history).issues)
    if not history and (both := _edited_by_both(project, rules, shadows, issues)):
        # Who edited them in Jira is in their changes, which only then are worth a call.
        history, rest = True, [issue for issue in issues if issue.id not in both]
        issues = rest + list(jira.issues.fetch(both, rules.read_fields, history=True).issues)
    names = field_names.in_changes(connection, jira) if history else None
    found = write_race.Window(list(issues))
    if cut_off:
        found = write_race.look_back(jira, project, rules, issues, cut_off, shift)
        began = timezone.now() if found.restored else began
    bases = {one.shadow.item_id: found.restored_bases(one.shadow.item_id) for one in found.restored}
    with transaction.atomic():
        shift.guard()
        applied = apply(
            connection, project, found.issues, work, shift, began=began, sent=bases, names=names
        )
        write_race.keep(connection, found)
    point("edit.taken_in")
    return {issue.id for issue in issues}, applied


def _edited_by_both(
    project: MappedProject,
    rules: Rules,
    shadows: Mapping[uuid.UUID, Shadow],
    issues: Sequence[Issue],
) -> list[str]:
    """The ids of issues that were edited in Jira since they were read, where the board was, too; or that
    tell another value than the board's of a field of which nothing was agreed yet.
    """
    pairs = {shadow.remote_id: shadow for shadow in shadows.values()}
    since = [issue for issue in issues if issue.updated != pairs[issue.id].remote_updated]
    lookups = lookups_for(project, [parent_reference(rules, issue) for issue in since])
    found = []
    for issue in since:
        pair, theirs = pairs[issue.id], dict(see(rules, lookups, issue).values)
        theirs.pop("rank", None)
        ours = values_of(pair.item)
        new = theirs.keys() - pair.agreed.keys()
        if any(not same(name, theirs[name], ours[name]) for name in new & ours.keys()) or (
            decision.decide(project, pair.agreed, ours, theirs).clashes
        ):
            found.append(issue.id)
    return found


def remember(change: Change, values: Values, before: Values, since: datetime | None) -> None:
    """Leave with a change what is about to be written, and what Jira was read to hold before.

    A poll that shows our own write moves the pair on, so the pair alone would not tell it any more.
    """
    change.sent = dict(values)
    if since is not None:
        old = {name: before.get(name) for name in values}
        change.sent[READ] = {"since": since.isoformat(), "before": old}


def _cut_off(
    connection: Connection, shadows: Mapping[uuid.UUID, Shadow], work: Work
) -> dict[str, tuple[Shadow, Write]]:
    """Writes that may have reached Jira while nobody lived to read their answer, by issue id."""
    found = {}
    for item, shadow in shadows.items():
        sent: dict[str, Any] = {}
        before, since = dict(shadow.agreed), shadow.remote_updated
        for change in work[item]:
            # Whatever it was tried since: sending it again counts the attempts from nought.
            values = dict(change.sent)
            read = values.pop(READ, None)
            sent |= values
            if read and since is not None:
                before |= read["before"]
                since = min(since, datetime.fromisoformat(read["since"]))
        if sent and since is not None:
            write = Write(connection.account_id, sent, before, since)
            found[shadow.remote_id] = shadow, write
    return found


def apply(
    connection: Connection,
    project: MappedProject,
    issues: Sequence[Issue],
    work: Work,
    shift: Shift,
    *,
    began: datetime,
    sent: Mapping[uuid.UUID, Mapping[str, Any]] | None = None,
    ranked: Sequence[uuid.UUID] = (),
    names: Mapping[str, str] | None = None,
) -> Applied:
    """Merge them all; where one of them makes us fail, the others still, and that one is parked."""
    unread: set[uuid.UUID] = set()

    def poisoned(issue: Issue, problem: Exception) -> None:
        owner = Shadow.objects.filter(connection=connection, remote_id=issue.id).first()
        poisoned_items.park(
            connection, work.get(owner.item_id, ()) if owner else (), problem, shift
        )
        if owner is not None:
            unread.add(owner.item_id)

    parts = poisoned_items.in_halves(
        project,
        issues,
        lambda some: pull.apply(project, some, began=began, sent=sent, ranked=ranked, names=names),
        poisoned,
    )
    whole = Applied.joined(parts)
    whole.stale_items |= unread
    return whole


def _put_off_unread(
    connection: Connection,
    jira: JiraClient,
    project: MappedProject,
    shadows: Mapping[uuid.UUID, Shadow],
    work: Work,
    here: set[str],
    stale: set[uuid.UUID],
) -> None:
    """Nothing is written that was not read. A search index may lag behind a create."""
    unread = {item: shadow for item, shadow in shadows.items() if shadow.remote_id not in here}
    settled = [s.remote_id for s in unread.values() if s.remote_updated is not None]
    absence.note_missing(connection, jira, project, settled)
    for item, shadow in unread.items():
        ids = [change.pk for change in work[item]]
        change_queue.put_off(
            ids, UNREAD, f"Jira does not show {shadow.remote_key} to the account now."
        )
        if not ids and shadow.remote_updated is None:
            left = corrective_changes.not_carried(WorkItem.objects.get(pk=item))
            corrective_changes.ensure(project, {item: left}, seconds=LAG)
    late = [change.pk for item in stale for change in work.get(item, ())]
    change_queue.put_off(late, LAG, "Jira's answer was older than what is known; reading again.")
    if unread or late:
        point("edit.put_off")


def _park_outside(
    connection: Connection,
    jira: JiraClient,
    project: MappedProject,
    shadows: Mapping[uuid.UUID, Shadow],
    work: Work,
    here: set[str],
) -> set[str]:
    """Nothing is written to what the mapping's filter leaves out now; the ids of those issues."""
    outside = ownership.outside_filter(jira, project, shadows.values(), here)
    others = whose.in_others(jira, project, outside)
    _put_off_anothers(project, shadows, work, others)
    outside_mapping.mark_filtered(connection, outside - others)
    away = [item for item, shadow in shadows.items() if shadow.remote_id in outside - others]
    words = (
        "The mapping's filter leaves this issue out now, so nothing is written to it. Let the filter in "
        "what belongs here, and send this again."
    )
    change_queue.park(
        [change.pk for item in away for change in work[item]], ownership.NOT_OURS, words
    )
    return outside


def _put_off_anothers(
    project: MappedProject, shadows: Mapping[uuid.UUID, Shadow], work: Work, others: set[str]
) -> None:
    """Issues that another mapping of the same project lets in now: it sends what waits, by its rules."""
    going = {item: shadow for item, shadow in shadows.items() if shadow.remote_id in others}
    whose.send_to_drain(project, {one.remote_id: one.remote_key for one in going.values()})
    ids = [change.pk for item in going for change in work[item]]
    change_queue.put_off(ids, LAG, whose.WHY)


def _park_moved(shadows: Mapping[uuid.UUID, Shadow], work: Work, elsewhere: set[str]) -> None:
    """Nothing is written to a project that is not mapped, or paused, where the issue is now."""
    away = [item for item, shadow in shadows.items() if shadow.remote_id in elsewhere]
    words = "The issue was moved in Jira to a project that is not mapped here, or paused."
    change_queue.park([change.pk for item in away for change in work[item]], "moved", words)
    if away:
        point("edit.moved_away")
