"""Writing down what was tried and what came of it, for “why didn't this sync?”."""

from __future__ import annotations

from almconnect.lib.redact import redact
from connections.models import Connection
from planning.models import Change, WorkItem
from sync.models import Attempt, Delivery


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
