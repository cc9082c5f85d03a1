"""An item and the issue that a create made of it become one pair."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q

from connections.models import Connection
from planning.models import Change, WorkItem
from sync.inbound import own_creates
from sync.models import Shadow
from sync.outbox import change_queue
from sync.outbox.corrective_changes import tell_children
from sync.pairs.highest_issue_number import raise_to
from sync.pairs.trace import note
from sync.worker.failpoints import point
from sync.worker.work_slot import Shift


def pair(
    connection: Connection,
    change: Change,
    remote_id: str,
    key: str,
    shift: Shift,
    parked: Mapping[str, str] | None = None,
) -> None:
    """Settle a create: `parked` are fields that it had to leave out, with Jira's reasons.

    Raises LeaseLost.
    """
    point("create.pairing")
    raise_to(change.project, key)
    with transaction.atomic():
        shift.guard()
        item = _locked(change, remote_id)
        shadow = Shadow.objects.filter(item=item).first()
        if shadow is None:
            shadow = own_creates.bind(change.project, item, remote_id, key, change.sent)
        elif shadow.remote_id != remote_id:
            _tell_of_second(connection, change, shadow, key)
            return
        if parked:
            shadow.parked = dict(parked)
            shadow.save(update_fields=["parked"])
        change_queue.settle([change.pk], f"Created as {key}.")
        note(connection, "send", "done", f"Created as {key}.", item=item, change=change)
        tell_children(item)
    point("create.paired")


def _locked(change: Change, remote_id: str) -> WorkItem:
    """The item, locked together with all that this touches: its children, and the item as which the
    issue was brought in before it was known to be ours.
    """
    twins = Shadow.objects.filter(
        connection=change.project.connection_id, remote_id=remote_id
    ).values_list("item_id", flat=True)
    mine = Q(pk__in=[change.item_id, *twins]) | Q(parent=change.item_id)
    rows = {row.pk: row for row in WorkItem.objects.filter(mine).locked()}
    return rows[change.item_id]


def _tell_of_second(connection: Connection, change: Change, shadow: Shadow, key: str) -> None:
    message = (
        f"Jira holds a second issue of this item: {key}, besides {shadow.remote_key}. Delete the one "
        "that is not needed in Jira."
    )
    change_queue.park([change.pk], "doubled", message)
    note(connection, "send", "refused", message, item=change.item, change=change)
