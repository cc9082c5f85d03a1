"""The board's edits to Jira: one worker per connection, one bounded slice at a time.

Order per item: create before edit before link before comment before delete. What cannot be sent now is
postponed or parked with the reason; a failure of the connection ends the slice and is noted on its health.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from connections.access.concurrent_deletion import ends_with
from connections.access.gateway import NotReady, jira_for
from connections.access.sealing import SealBroken
from connections.health import health
from connections.models import Connection, MappedProject
from jira_client.client import JiraClient
from jira_client.errors import JiraError
from planning.models import Change, ChangeKind, ChangeState
from sync.core.coalesce import ItemWork, fold
from sync.models import Shadow, ShadowState
from sync.outbound import (
    comment_writes,
    edits,
    issue_creates,
    issue_deletes,
    link_writes,
    lost_creates,
    ownership,
)
from sync.outbox import abandoned_comments, change_queue
from sync.pairs import site_proof, states
from sync.worker.failpoints import point
from sync.worker.lease import LeaseLost, holding
from sync.worker.work_slot import SECONDS, Shift

AT_ONCE = 100  # items read together before they are written
WAIT_FOR_CREATE = 30.0


def send_slices(connection_id: uuid.UUID) -> bool:
    """Send slice after slice for as long as a task may take; True if more may be waiting."""
    ends = time.monotonic() + SECONDS
    while send_slice(connection_id, ends):
        if time.monotonic() >= ends:
            return True
    return False


def send_slice(connection_id: uuid.UUID, ends: float | None = None) -> bool:
    """Send one slice of what waits; True if more may be waiting and somebody should call again.

    `ends`: by the monotonic clock, when to leave the rest; SECONDS from now if not given.
    """
    connection = Connection.objects.writing().filter(pk=connection_id).first()
    if connection is None or (connection.call_after and connection.call_after > timezone.now()):
        return False
    with ends_with(connection_id), holding(f"push:{connection_id}") as held:
        if held is None:
            return False
        changes = change_queue.due(connection)
        if not changes:
            return False
        shift = Shift(held, _until_quiet(connection, ends or time.monotonic() + SECONDS))
        try:
            with site_proof.proven(connection):
                _send(connection, jira_for(connection), changes, shift)
        except (JiraError, SealBroken) as error:
            health.note_failure(connection, error)
            _put_back(changes, error)
            return False
        except (NotReady, LeaseLost):
            return False
        health.note_success(connection, outgoing=True)
        return True
    return False


def _until_quiet(connection: Connection, ends: float) -> float:
    """When the slice ends by the monotonic clock: not later than a quiet window begins."""
    if connection.quiet_starts is None:
        return ends
    left = (connection.quiet_starts - timezone.now()).total_seconds()
    return min(ends, time.monotonic() + left) if left > 0 else ends


def _put_back(changes: Sequence[Change], error: Exception) -> None:
    """What was not reached, or claimed with an outcome that edits can repeat, waits for the next try."""
    rows = Change.objects.filter(pk__in=[change.pk for change in changes])
    again = rows.filter(state=ChangeState.SENDING).exclude(kind=ChangeKind.CREATE)
    again = again.exclude(kind=ChangeKind.COMMENT, comment__remote_id="")  # it may be there by now
    unreached = rows.filter(state=ChangeState.WAITING, due__lte=timezone.now())
    attempts = max(change.attempts for change in changes) + 1
    decision = change_queue.judge(error, attempts) if isinstance(error, JiraError) else None
    delay = (decision and decision.delay) or change_queue.pause(attempts)
    for left in (again, unreached):
        change_queue.postpone(list(left.values_list("pk", flat=True)), delay, str(error))
    states.derive({change.item_id for change in changes})
    point("push.put_back")


@dataclass(slots=True)
class _Slice:
    by_id: Mapping[int, Change]
    work: Sequence[ItemWork]
    paired: set[str] = field(default_factory=set)  # items that are in Jira by now

    def changes(self, ids: Sequence[int]) -> list[Change]:
        return [self.by_id[key] for key in ids]


def _send(
    connection: Connection, jira: JiraClient, changes: Sequence[Change], shift: Shift
) -> None:
    folded = fold(change_queue.as_pending(change) for change in changes)
    change_queue.drop(folded.dropped, "Undone before it was sent.")
    part = _Slice({change.pk: change for change in changes}, folded.work)
    creates = [c for work in part.work for c in part.changes(work.creates)]
    doubtful = [change for change in creates if lost_creates.in_doubt(change)]
    if doubtful:
        lost_creates.look(connection, jira, doubtful, shift)
    fresh = [change for change in creates if not lost_creates.in_doubt(change)]
    if fresh:
        issue_creates.create(connection, jira, fresh, shift)
    _sort_out(part)
    _send_edits(connection, jira, part, shift)
    ready = [work for work in part.work if work.item in part.paired]
    links = [c for work in ready for c in part.changes((*work.links, *work.unlinks))]
    comments = [c for work in ready for c in part.changes(work.comments)]
    deletes = [c for work in ready for c in part.changes(work.deletes)]
    strange = ownership.strangers(connection, jira, [*links, *comments, *deletes])
    links = ownership.part(sorted(links, key=lambda change: change.pk), strange)
    link_writes.send_links(connection, jira, links, shift)
    if comments:
        comments = ownership.part(comments, strange)
        comment_writes.send_comments(connection, jira, comments, shift)
    issue_deletes.send_deletes(connection, jira, deletes, shift, strange)
    point("push.sent")
    states.derive({change.item_id for change in changes})


def _sort_out(part: _Slice) -> None:
    """Which items are in Jira now; the others' changes wait for their create, or are not needed."""
    items = [uuid.UUID(work.item) for work in part.work]
    state = {
        str(item): where
        for item, where in Shadow.objects.filter(item__in=items).values_list("item_id", "state")
    }
    dropped: set[uuid.UUID] = set()
    for work in part.work:
        rest = (*work.edits, *work.links, *work.unlinks, *work.after_links)
        where = state.get(work.item)
        if where == ShadowState.LIVE:
            part.paired.add(work.item)
        elif where is not None:
            change_queue.drop(rest, change_queue.UNLINKED)
            dropped.add(uuid.UUID(work.item))
        elif not work.creates:
            _without_create(part, work)
    _look_again(dropped)
    point("push.sorted_out")


def _look_again(dropped: Collection[uuid.UUID]) -> None:
    """Items whose issues came back while their changes were let go of: a comment's would be lost by it,
    since no field of the item tells it.
    """
    if not dropped:
        return
    back = Shadow.objects.filter(item__in=dropped, state=ShadowState.LIVE)
    abandoned_comments.send_dropped(back.values_list("item_id", flat=True))


def _without_create(part: _Slice, work: ItemWork) -> None:
    """Not in Jira and no create among what is due: it was parked, or is still under way."""
    create = (
        Change.objects.filter(item=uuid.UUID(work.item), kind=ChangeKind.CREATE)
        .exclude(state__in=(ChangeState.SETTLED, ChangeState.DROPPED))
        .first()
    )
    if create is None:
        ids = (*work.edits, *work.links, *work.unlinks, *work.after_links)
        change_queue.settle(ids, states.ALONE)
    elif work.deletes and create.state == ChangeState.PARKED:
        change_queue.drop(
            (create.pk, *work.edits, *work.links, *work.unlinks, *work.after_links),
            "Deleted before Jira took it.",
        )
    elif work.edits and create.state == ChangeState.PARKED:
        # A person has changed what Jira refused: the create, with the new values, is tried again.
        lost_creates.send_again(create, "Edited since it was parked; trying again.")
        change_queue.settle(work.edits, "Goes with the create.")
    else:
        rest = (*work.links, *work.unlinks, *work.after_links)
        change_queue.put_off(rest, WAIT_FOR_CREATE, "Waiting until Jira has taken the item itself.")


def _send_edits(connection: Connection, jira: JiraClient, part: _Slice, shift: Shift) -> None:
    """Edits, and what a create could not carry (status, sprint), project by project."""
    by_project: dict[MappedProject, dict[uuid.UUID, list[Change]]] = {}
    for work in part.work:
        if work.item in part.paired and (work.edits or work.creates):
            any_change = part.by_id[next(iter((*work.edits, *work.creates)))]
            rows = by_project.setdefault(any_change.project, {})
            rows[uuid.UUID(work.item)] = part.changes(work.edits)
    for project, items in by_project.items():
        keys = list(items)
        for start in range(0, len(keys), AT_ONCE):
            if shift.over:
                return
            some = {key: items[key] for key in keys[start : start + AT_ONCE]}
            edits.send(connection, jira, project, some, shift)
