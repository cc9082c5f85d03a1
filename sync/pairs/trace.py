"""Writing down what was tried and what came of it, for “why didn't this sync?”."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Case, Q, When

from almconnect.lib.redact import redact
from connections.models import Connection
from planning.models import Change, WorkItem
from sync.core.mapping import UNKNOWN_PARENT
from sync.models import Attempt, Delivery, Shadow, ShadowState

MOST = 200


def note(
    connection: Connection,
    step: str,
    outcome: str,
    message: str = "",
    *,
    item: WorkItem | None = None,
    change: Change | None = None,
    delivery: Delivery | None = None,
    code: str = "",
    remote_id: str = "",
) -> None:
    """One step of the chain: event → dedupe → filter → map → request → answer."""
    Attempt.objects.create(
        connection=connection,
        step=step,
        outcome=outcome,
        message=redact(message)[:1000],
        item=item,
        change=change,
        delivery=delivery,
        code=code[:60],
        remote_id=remote_id,
    )


def note_each(
    connection: Connection, step: str, outcome: str, message: str, items: Iterable[uuid.UUID]
) -> None:
    """The same step for many items, in one statement."""
    words = redact(message)[:1000]
    Attempt.objects.bulk_create(
        (
            Attempt(connection=connection, step=step, outcome=outcome, message=words, item_id=item)
            for item in items
        ),
        batch_size=500,
    )


def note_all(
    connection: Connection, step: str, outcome: str, items: Sequence[tuple[WorkItem, str]]
) -> None:
    """The same step of many items, each with its own message, in one statement."""
    Attempt.objects.bulk_create(
        [
            Attempt(
                connection=connection,
                step=step,
                outcome=outcome,
                message=redact(message)[:1000],
                item=item,
            )
            for item, message in items
        ],
        batch_size=500,
    )


def chain(item: WorkItem) -> list[dict[str, Any]]:
    """The newest steps of an item, oldest first: deliveries, changes, attempts, deliberate skips."""
    newest = Attempt.objects.filter(item=item).order_by("-id")[:MOST]
    steps = [_of_attempt(row) for row in newest]
    for change in Change.objects.filter(item=item).order_by("-id")[:MOST]:
        steps.append(
            {
                "at": change.created,
                "step": f"change.{change.kind}",
                "outcome": change.state,
                "message": redact(change.message) or ", ".join(sorted(change.fields)),
                "by": change.actor_name,
            }
        )
    if item.remote_id:
        # A link names two issues: it concerns the far one as well.
        either = Q(issue_id=item.remote_id) | Q(other_issue_id=item.remote_id)
        steps += of_deliveries(either & Q(connection__projects=item.project_id))
    steps += _of_parent(item)
    return sorted(steps, key=lambda step: step["at"])


def of_deliveries(which: Q) -> list[dict[str, Any]]:
    """The newest of these deliveries, oldest first."""
    rows = Delivery.objects.filter(which).defer("body").order_by("-id")[:MOST]
    return [
        {
            "at": row.received,
            "step": f"delivery {row.event}",
            "outcome": row.state,
            "message": redact(row.detail),
            "by": "Jira",
        }
        for row in reversed(rows)
    ]


def named(key: str) -> list[WorkItem]:
    """The items that have, or had, this key in Jira: the living ones first, of these such as belong to
    a mapping that is still there and to a pair, and of these the newest.
    """
    if not key:
        return []
    rows = WorkItem.objects.filter(remote_key=key).select_related("project__connection", "shadow")
    paired = Q(shadow__state=ShadowState.LIVE)
    return list(
        rows.annotate(
            dead=Case(When(deleted=None, then=0), default=1),
            stray=Case(When(project=None, then=1), default=0),
            apart=Case(When(paired, then=0), default=1),
        ).order_by("dead", "stray", "apart", "-created")[:MOST]
    )


def _of_parent(item: WorkItem) -> list[dict[str, Any]]:
    """A parent in Jira that the board does not have: said, since nothing else of it is to be seen."""
    pair = Shadow.objects.filter(item=item, state=ShadowState.LIVE).first()
    key = pair.refs.get(UNKNOWN_PARENT) if pair and item.parent_id is None else None
    if pair is None or not key:
        return []
    words = (
        f"{key} is its parent in Jira. The board does not have {key}: its project or its type is not "
        "mapped, or a filter leaves it out. So that parent stays in Jira alone, until a parent is "
        "chosen here."
    )
    return [
        {
            "at": pair.read_at,
            "step": "map",
            "outcome": "skipped",
            "message": words,
            "by": "ALM Connect",
        }
    ]


def _of_attempt(row: Attempt) -> dict[str, Any]:
    return {
        "at": row.at,
        "step": row.step,
        "outcome": row.outcome,
        "message": row.message,
        "by": "ALM Connect",
    }
