"""The outward brake: deletions on the board that would take much from Jira at once wait for a person.

More than five within ten minutes, by one person or token, or of one project; or half of a small project
(three at least). The items stand on the board again meanwhile, each names what hangs on its issue in
Jira, and no token may let them go (docs/decisions/0072). It must not delete: `issue_deletes` does.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import audit
from connections.models import Connection, DeletionPolicy
from jira_client.client import JiraClient
from jira_client.values import Issue
from planning import feed, inbound_writes
from planning.models import Change, ChangeKind, ChangeState, WorkItem
from sync.models import Brake, Decision, Shadow, ShadowState, Way
from sync.outbox import change_queue
from sync.pairs import states
from sync.pairs.trace import note
from sync.worker.failpoints import point
from sync.worker.work_slot import Shift

WINDOW = timedelta(minutes=10)
MOST = 5
HALF_OF = 3  # from so many on, half of a small project counts
HELD: Final = "deletes_held"  # Change.code
RELEASED: Final = "released"  # in Change.sent: a person has let it go
WITH = ("subtasks", "issuelinks", "comment")
_CHUNK = 500


def hold(
    connection: Connection, jira: JiraClient, changes: Sequence[Change], shift: Shift
) -> list[Change]:
    """Of these deletions, those that may go now; the others are parked, and their items stand on the
    board again. Raises JiraError, LeaseLost.
    """
    pairs = {
        shadow.item_id: shadow
        for shadow in Shadow.objects.filter(
            item__in=[change.item_id for change in changes], state=ShadowState.LIVE
        )
    }
    fresh = [
        change
        for change in changes
        if change.project.deletion_policy == DeletionPolicy.DELETE
        and change.item_id in pairs
        and not change.sent.get(RELEASED)
    ]
    if not fresh or not (reason := _reason(connection, fresh)):
        return list(changes)
    hangs = _what_hangs_on(jira, [pairs[change.item_id] for change in fresh])
    with transaction.atomic():
        shift.guard()
        rows = WorkItem.objects.filter(pk__in=[change.item_id for change in fresh])
        items = {item.pk: item for item in rows.locked()}
        _stop(connection, reason)
        for change in fresh:
            _park(connection, change, items[change.item_id], pairs[change.item_id], hangs)
    point("brake.held_outward")
    held = {change.pk for change in fresh}
    return [change for change in changes if change.pk not in held]


def held_of(connection_id: uuid.UUID) -> QuerySet[Change]:
    """The deletions that wait for a person's word."""
    return Change.objects.filter(
        project__connection=connection_id,
        kind=ChangeKind.DELETE,
        state=ChangeState.PARKED,
        code=HELD,
    ).select_related("item")


def carry_out(decision: str, rows: Sequence[Change]) -> None:
    """*Delete*: the issues are deleted in Jira now. *Unlink*: the items go from the board, their issues
    stay. *Keep*: the items stay as they are. Call it in a transaction."""
    mine = Change.objects.filter(pk__in=[row.pk for row in rows])
    items = [row.item_id for row in rows]
    standing = list(WorkItem.objects.live().filter(pk__in=items).locked())
    now = timezone.now()
    if decision == Decision.DELETE:
        mine.update(
            state=ChangeState.WAITING,
            due=now,
            code="",
            message="",
            settled=None,
            attempts=0,
            sent={RELEASED: True},
        )
    elif decision == Decision.KEEP:
        words = "Given up: the item stays as it is."
        mine.update(state=ChangeState.DROPPED, message=words, settled=now)
    else:
        words = "Kept in Jira, no longer linked."
        mine.update(state=ChangeState.DROPPED, message=words, settled=now)
        events = inbound_writes.vanish(standing, words)
        Shadow.objects.filter(item__in=items).update(state=ShadowState.UNLINKED)
        feed.tell(events)
    states.derive(items)


def _reason(connection: Connection, fresh: Sequence[Change]) -> str:
    """Why these may not go without a person's word; empty where they may."""
    if Brake.objects.filter(connection=connection, way=Way.TO_JIRA, decided=None).exists():
        return "More deletions while others are held."
    since = timezone.now() - WINDOW
    lately = Shadow.objects.filter(connection=connection, deleted_there__gte=since)
    for name in sorted({change.actor_name for change in fresh}):
        mine = sum(change.actor_name == name for change in fresh)
        if (count := lately.filter(deleted_by=name).count() + mine) > MOST:
            return f"{count} issues deleted by {name or 'nobody named'} within ten minutes."
    for project in {change.project for change in fresh}:
        mine = sum(change.project_id == project.pk for change in fresh)
        count = lately.filter(project=project).count() + mine
        live = Shadow.objects.filter(project=project, state=ShadowState.LIVE).count()
        total = live + count - mine
        if count > MOST or (count >= HALF_OF and count * 2 > total):
            return (
                f"{project.key}: {count} of {total} issues deleted on the board within ten minutes."
            )
    return ""


def _stop(connection: Connection, reason: str) -> None:
    stop, made = Brake.objects.get_or_create(
        connection=connection, way=Way.TO_JIRA, decided=None, defaults={"reason": reason[:500]}
    )
    if made:
        audit.record(
            "brake.tripped",
            actor=None,
            target=stop,
            connection_id=connection.pk,
            after={"reason": stop.reason, "way": stop.way},
        )


def _park(
    connection: Connection,
    change: Change,
    item: WorkItem,
    shadow: Shadow,
    hangs: dict[str, str],
) -> None:
    with_it = hangs.get(shadow.remote_id, "")
    message = (
        f"Not deleted in Jira yet: {shadow.remote_key} is one of many deleted at once, so a person "
        f"decides under “Held deletions”.{with_it}"
    )
    change_queue.park([change.pk], HELD, message)
    feed.tell(inbound_writes.revive(item))
    note(connection, "send", "later", message, item=item, change=change, code=HELD)


def _what_hangs_on(jira: JiraClient, shadows: Sequence[Shadow]) -> dict[str, str]:
    """Issue id → what would go with it: its sub-tasks, links and comments."""
    found: dict[str, str] = {}
    for at in range(0, len(shadows), _CHUNK):
        ids = [one.remote_id for one in shadows[at : at + _CHUNK]]
        found |= {one.id: _told(one) for one in jira.issues.fetch(ids, WITH).issues}
    return found


def _told(issue: Issue) -> str:
    comments: Any = issue.fields.get("comment") or {}
    counts = {
        "sub-task": len(issue.fields.get("subtasks") or ()),
        "link": len(issue.fields.get("issuelinks") or ()),
        "comment": int(comments.get("total") or 0),
    }
    named = [f"{n} {what}{'s' if n > 1 else ''}" for what, n in counts.items() if n]
    return f" With it would go: {', '.join(named)}." if named else ""
