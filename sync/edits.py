"""Sending edits: read, merge, write, read again, settle. Many items in one pass, side by side.

Jira knows no If-Match. So each item is read (in bulk with its neighbours) right before it is written,
and again afterwards: what a person changed in between shows as a difference, never as a loss.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from connections.models import Connection, MappedProject
from jira_client.client import JiraClient
from jira_client.errors import JiraError
from planning.models import Change, WorkItem
from sync import absence, conflicts, outbox, pull, ranking, states
from sync.core.mapping import Outgoing, say
from sync.core.retry import Verdict
from sync.core.values import Rules
from sync.models import Shadow
from sync.references import Known, known_to_jira
from sync.rules import rules_of, values_of
from sync.sending import Sent, move_to_sprint, send_edit
from sync.shift import Shift
from sync.trace import note

SIDE_BY_SIDE = 4
UNREAD = 30.0  # seconds until an issue that was not there is asked for again
LAG = 2.0


@dataclass(slots=True)
class _Edit:
    """One item's edit on its way: the changes it folds, what is written, what came of it."""

    shadow: Shadow
    changes: list[Change]
    values: dict[str, Any] = field(default_factory=dict)
    out: Outgoing = field(default_factory=Outgoing)
    sent: Sent = field(default_factory=Sent)
    ranked: bool = False  # its place in the order is to be told
    clashing: set[str] = field(default_factory=set)  # fields that wait for a person's decision


def send(
    connection: Connection,
    jira: JiraClient,
    project: MappedProject,
    work: Mapping[uuid.UUID, list[Change]],
    shift: Shift,
) -> bool:
    """Write what these items' edits changed; True if anything was written.

    `work`: item id → its waiting edit changes, none for items that were only just created.
    Raises JiraError where the connection as a whole failed; what was claimed is then postponed.
    """
    rules = rules_of(project)
    shadows = {shadow.item_id: shadow for shadow in Shadow.objects.filter(item__in=list(work))}
    began = timezone.now()
    fetched = jira.issues.fetch([s.remote_id for s in shadows.values()], rules.read_fields)
    applied = pull.apply(project, fetched.issues, began=began)
    clashing = conflicts.open_fields(list(work))
    here = {issue.id for issue in fetched.issues}
    _put_off_unread(connection, jira, project, shadows, work, here, applied.stale_items)
    _park_moved(shadows, work, applied.elsewhere)
    known = known_to_jira([change.item for rows in work.values() for change in rows])
    edits = [
        _prepare(rules, known, shadow, work[item], applied.push.get(item, {}))
        for item, shadow in _reloaded(shadows).items()
        if shadow.remote_id in here - applied.elsewhere and item not in applied.stale_items
    ]
    for edit in edits:
        edit.clashing = clashing.get(edit.shadow.item_id, set())
    with transaction.atomic():
        shift.guard()
        outbox.claim([change.pk for edit in edits for change in edit.changes])
    to_write = [edit for edit in edits if edit.values or edit.ranked]
    _write(jira, rules, to_write)
    failure = next((edit.sent.failure for edit in to_write if edit.sent.failure), None)
    _read_back(jira, project, rules, to_write)
    _settle(connection, project, edits)
    if failure is not None:
        raise failure
    return bool(to_write)


def _put_off_unread(
    connection: Connection,
    jira: JiraClient,
    project: MappedProject,
    shadows: Mapping[uuid.UUID, Shadow],
    work: Mapping[uuid.UUID, list[Change]],
    here: set[str],
    stale: set[uuid.UUID],
) -> None:
    """Nothing is written that was not read. A search index may lag behind a create."""
    unread = {item: shadow for item, shadow in shadows.items() if shadow.remote_id not in here}
    settled = [s.remote_id for s in unread.values() if s.remote_updated is not None]
    absence.note_missing(connection, jira, project, settled)
    for item, shadow in unread.items():
        ids = [change.pk for change in work[item]]
        outbox.postpone(ids, UNREAD, f"Jira does not show {shadow.remote_key} to the account now.")
        if not ids and shadow.remote_updated is None:
            values = values_of(WorkItem.objects.get(pk=item))
            left = {name: values[name] for name in ("status", "iteration")}
            outbox.ensure(project, {item: left}, seconds=LAG)
    late = [change.pk for item in stale for change in work.get(item, ())]
    outbox.postpone(late, LAG, "Jira's answer was older than what is known; reading again.")


def _park_moved(
    shadows: Mapping[uuid.UUID, Shadow],
    work: Mapping[uuid.UUID, list[Change]],
    elsewhere: set[str],
) -> None:
    """Nothing is written to a project that is not mapped, or paused, where the issue is now."""
    away = [item for item, shadow in shadows.items() if shadow.remote_id in elsewhere]
    words = "The issue was moved in Jira to a project that is not mapped here, or paused."
    outbox.park([change.pk for item in away for change in work[item]], "moved", words)


def _reloaded(shadows: Mapping[uuid.UUID, Shadow]) -> dict[uuid.UUID, Shadow]:
    """As they are after the merge, with their items."""
    rows = Shadow.objects.select_related("item").filter(pk__in=[s.pk for s in shadows.values()])
    return {shadow.item_id: shadow for shadow in rows}


def _prepare(
    rules: Rules,
    known: Known,
    shadow: Shadow,
    changes: list[Change],
    push: Mapping[str, Any],
) -> _Edit:
    touched = {name for change in changes for name in change.fields}
    values = {
        name: value for name, value in push.items() if name not in shadow.parked or name in touched
    }
    item = shadow.item
    if "team" in touched and item.iteration_id and "iteration" in rules.fields:
        # The same iteration is another sprint for another team.
        values["iteration"] = values_of(item)["iteration"]
    fresh = known if item.team_id in known.sprints else known_to_jira([item])
    out = say(rules, values, sprints=fresh.sprints.get(item.team_id, {}), parents=fresh.parents)
    kept = {name: value for name, value in values.items() if name not in out.unmapped}
    ranked = "rank" in touched and "rank" in rules.fields
    return _Edit(shadow, changes, kept, out, ranked=ranked)


def _write(jira: JiraClient, rules: Rules, edits: Sequence[_Edit]) -> None:
    """Fields and status item by item, several at once; then sprints, fifty issues a call."""

    def one(edit: _Edit) -> Sent:
        return send_edit(jira, rules, edit.shadow.remote_id, edit.values, edit.out)

    direct = [e for e in edits if e.out.fields or e.out.update or e.out.status is not None]
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        for edit, sent in zip(direct, pool.map(one, direct), strict=True):
            edit.sent = sent
    groups: dict[int | None, list[_Edit]] = {}
    for edit in edits:
        wanted, sprint = edit.out.sprint
        if wanted and edit.sent.failure is None:
            groups.setdefault(sprint, []).append(edit)
    for sprint, members in groups.items():
        _move_group(jira, sprint, members)
    for edit in edits:
        if edit.ranked and edit.sent.failure is None:
            ranking.send(jira, rules, edit.shadow, edit.sent)


def _move_group(jira: JiraClient, sprint: int | None, members: Sequence[_Edit]) -> None:
    try:
        moved, refused = move_to_sprint(jira, sprint, [e.shadow.remote_id for e in members])
    except JiraError as error:
        for edit in members:
            edit.sent.failure = error
        return
    for edit in members:
        remote = edit.shadow.remote_id
        if remote in moved:
            edit.sent.accepted["iteration"] = edit.values["iteration"]
        else:
            edit.sent.refused["iteration"] = refused[remote]


def _read_back(
    jira: JiraClient, project: MappedProject, rules: Rules, edits: Sequence[_Edit]
) -> None:
    """What Jira made of it: accepted values are agreed, whatever else it shows is Jira's own edit."""
    with transaction.atomic():
        for edit in edits:
            if edit.sent.refused:
                row = Shadow.objects.select_for_update().get(pk=edit.shadow.pk)
                row.parked = {**row.parked, **edit.sent.refused}
                row.save(update_fields=["parked"])
    touched = [edit for edit in edits if edit.sent.accepted]
    if not touched:
        return
    began = timezone.now()
    fetched = jira.issues.fetch([edit.shadow.remote_id for edit in touched], rules.read_fields)
    sent = {
        edit.shadow.item_id: {n: v for n, v in edit.sent.accepted.items() if n != "rank"}
        for edit in touched
    }
    ranked = [edit.shadow.item_id for edit in touched if "rank" in edit.sent.accepted]
    pull.apply(project, fetched.issues, began=began, sent=sent, ranked=ranked)


def _settle(connection: Connection, project: MappedProject, edits: Sequence[_Edit]) -> None:
    for edit in edits:
        if edit.sent.failure is not None and not edit.changes:
            # Left over from a create, so no Change stands for it yet.
            left = {n: v for n, v in edit.values.items() if n not in edit.sent.accepted}
            outbox.ensure(project, {edit.shadow.item_id: left})
        for change in edit.changes:
            _settle_one(connection, edit, change)
        if edit.sent.accepted:
            names = ", ".join(sorted(edit.sent.accepted))
            note(connection, "send", "done", f"Sent {names}.", item=edit.shadow.item)
    states.derive([edit.shadow.item_id for edit in edits])


def _settle_one(connection: Connection, edit: _Edit, change: Change) -> None:
    refused = {name: why for name, why in edit.sent.refused.items() if name in change.fields}
    error = edit.sent.failure
    asked = edit.clashing & set(change.fields)
    if asked:
        outbox.leave_to_people([change.pk], asked)
    elif refused:
        message = " ".join(f"{name}: {why}" for name, why in refused.items())
        outbox.park([change.pk], "refused", message)
        note(connection, "send", "refused", message, item=change.item, change=change)
    elif error is not None and not set(change.fields) <= set(edit.sent.accepted):
        decision = outbox.judge(error, change.attempts + 1)
        message = outbox.words_of(error)
        if decision.verdict is Verdict.NEVER:
            outbox.park([change.pk], error.code, message)
        else:
            outbox.postpone([change.pk], decision.delay or 30.0, message, code=error.code)
        note(connection, "send", "later", message, item=change.item, change=change, code=error.code)
    else:
        outbox.settle([change.pk], _why_settled(edit, change))


def _why_settled(edit: _Edit, change: Change) -> str:
    names = set(change.fields)
    stay = sorted(names & set(edit.out.unmapped))
    if stay:
        return f"Kept on the board only, since it is not mapped: {', '.join(stay)}."
    if names and not names & set(edit.sent.accepted):
        return "Nothing to send: Jira already agrees, or its newer value was kept."
    return ""
