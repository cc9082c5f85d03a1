"""Trying again what a person has looked at: a parked change, a delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import Connection
from planning.models import Change, ChangeState, WorkItem
from sync.models import Delivery, DeliveryState, Shadow
from sync.outbound import lost_creates
from sync.outbox import deletion_guard, ways_out
from sync.pairs import states
from sync.worker.wake import DRAIN, PUSH, wake

AT_ONCE = 1000  # of each table; what is left can be asked for again


@dataclass(frozen=True, slots=True)
class Counts:
    """What failed (deliveries) and what is parked (changes)."""

    deliveries: int
    changes: int

    @property
    def total(self) -> int:
        return self.deliveries + self.changes


@transaction.atomic
def replay_change(change: Change, *, actor: User) -> Change:
    """Send a parked change again, with the item's present values; try one that is under way at once.
    Raises Refused (409)."""
    if change.state in states.UNDER_WAY:
        return _now(change, actor)
    if ways_out.Way.AGAIN not in ways_out.of(change) and change.state != ChangeState.PARKED:
        raise Refused(
            f"Only a parked change can be sent again; this one is {change.get_state_display()}.",
            code="not_parked",
            status=409,
        )
    if change.code == deletion_guard.HELD:
        raise Refused(
            "This deletion is one of many at once. A person decides about all of them under “Held "
            "deletions”.",
            code="person_needed",
            status=409,
        )
    if change.code == ways_out.GONE_IN_JIRA:  # there is nothing to send it to: as a new issue
        ways_out.go(change, ways_out.Way.RESTORE, actor=actor)
        change.refresh_from_db()
        return change
    WorkItem.objects.locked().get(pk=change.item_id)  # before its change and its pair
    # A create whose outcome nobody knows is looked for first: replaying must not make a second issue.
    change.state = ChangeState.LOOKING if lost_creates.is_doubtful(change) else ChangeState.WAITING
    change.due, change.attempts = timezone.now(), 0
    change.put_off, change.put_off_since = 0, None
    change.code = change.message = ""
    change.settled = None
    columns = ["state", "due", "attempts", "put_off", "put_off_since", "code", "message", "settled"]
    change.save(update_fields=columns)
    shadow = Shadow.objects.filter(item=change.item_id).locked().first()
    if shadow is not None:
        shadow.parked = {n: why for n, why in shadow.parked.items() if n not in change.fields}
        shadow.save(update_fields=["parked"])
    connection_id = change.project.connection_id
    audit.record("change.replayed", actor=actor, target=change.item, connection_id=connection_id)
    states.derive([change.item_id])
    wake(PUSH, connection_id)
    return change


def _now(change: Change, actor: User) -> Change:
    """One that is under way, without waiting for its time. One that is being sent is left to its sender."""
    rows = Change.objects.filter(pk=change.pk, state__in=(ChangeState.WAITING, ChangeState.LOOKING))
    if rows.update(due=timezone.now()):
        change.refresh_from_db()
        connection_id = change.project.connection_id
        audit.record(
            "change.replayed", actor=actor, target=change.item, connection_id=connection_id
        )
        wake(PUSH, connection_id)
    return change


@transaction.atomic
def replay_delivery(delivery: Delivery, *, actor: User) -> Delivery:
    """Read the issue of a delivery again, whatever became of it before."""
    delivery.state, delivery.due, delivery.detail = DeliveryState.WAITING, timezone.now(), ""
    delivery.attempts, delivery.faults, delivery.settled = 0, 0, None
    delivery.save(update_fields=["state", "due", "detail", "attempts", "faults", "settled"])
    audit.record("delivery.replayed", actor=actor, connection_id=delivery.connection_id)
    wake(DRAIN, delivery.connection_id)
    return delivery


def count_since(since: datetime, *, connection: Connection | None = None) -> Counts:
    """How much `replay_since` would try again."""
    deliveries, changes = _since(since, connection)
    return Counts(deliveries.count(), changes.count())


def replay_since(since: datetime, *, connection: Connection | None = None, actor: User) -> int:
    """Try again what failed or was parked since then, in order, AT_ONCE of each; how many.

    Each is its own transaction, so that a great many do not hold the database.
    """
    deliveries, changes = _since(since, connection)
    return replay_deliveries(deliveries, actor=actor) + replay_changes(changes, actor=actor)


def replay_deliveries(rows: QuerySet[Delivery], *, actor: User) -> int:
    """Work on the oldest AT_ONCE of these failed deliveries again; how many those are."""
    failed = list(rows.defer("body").order_by("id")[:AT_ONCE])
    for delivery in failed:
        replay_delivery(delivery, actor=actor)
    return len(failed)


def parked() -> QuerySet[Change]:
    """The parked changes that may be sent again; held deletions wait for a person's decision."""
    return Change.objects.filter(state=ChangeState.PARKED).exclude(code=deletion_guard.HELD)


def replay_changes(rows: QuerySet[Change], *, actor: User) -> int:
    """Send the oldest AT_ONCE of these parked changes again; how many those are."""
    some = list(rows.select_related("project", "item").order_by("id")[:AT_ONCE])
    for change in some:
        replay_change(change, actor=actor)
    return len(some)


def _since(
    since: datetime, connection: Connection | None
) -> tuple[QuerySet[Delivery], QuerySet[Change]]:
    deliveries = Delivery.objects.filter(state=DeliveryState.FAILED, received__gte=since)
    changes = parked().filter(created__gte=since)
    if connection is not None:
        deliveries = deliveries.filter(connection=connection)
        changes = changes.filter(project__connection=connection)
    return deliveries, changes
