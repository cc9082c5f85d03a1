"""Trying again what a person has looked at: a parked change, a delivery."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from planning.models import Change, ChangeState
from sync import states
from sync.models import Delivery, DeliveryState, Shadow
from sync.wake import DRAIN, PUSH, wake


@transaction.atomic
def replay_change(change: Change, *, actor: User) -> Change:
    """Send a parked change again, with the item's present values. Raises Refused (409)."""
    if change.state != ChangeState.PARKED:
        raise Refused(
            f"Only a parked change can be sent again; this one is {change.get_state_display()}.",
            code="not_parked",
            status=409,
        )
    change.state, change.due, change.attempts = ChangeState.WAITING, timezone.now(), 0
    change.code = change.message = ""
    change.settled = None
    change.save(update_fields=["state", "due", "attempts", "code", "message", "settled"])
    shadow = Shadow.objects.select_for_update().filter(item=change.item_id).first()
    if shadow is not None:
        shadow.parked = {n: why for n, why in shadow.parked.items() if n not in change.fields}
        shadow.save(update_fields=["parked"])
    connection_id = change.project.connection_id
    audit.record("change.replayed", actor=actor, target=change.item, connection_id=connection_id)
    states.derive([change.item_id])
    wake(PUSH, connection_id)
    return change


@transaction.atomic
def replay_delivery(delivery: Delivery, *, actor: User) -> Delivery:
    """Read the issue of a delivery again, whatever became of it before."""
    delivery.state, delivery.due, delivery.detail = DeliveryState.WAITING, timezone.now(), ""
    delivery.attempts, delivery.settled = 0, None
    delivery.save(update_fields=["state", "due", "detail", "attempts", "settled"])
    audit.record("delivery.replayed", actor=actor, connection_id=delivery.connection_id)
    wake(DRAIN, delivery.connection_id)
    return delivery
