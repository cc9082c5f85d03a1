"""Letting go of what nobody asks for any more: old deliveries, attempts, and feed events."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from planning import feed
from sync.inbound import gone_items
from sync.models import Attempt, Delivery, DeliveryState, EqualityStatement
from sync.site_move import decisions

DELIVERIES = timedelta(days=30)
ATTEMPTS = timedelta(days=90)
EVENTS = timedelta(days=90)
STATEMENTS = timedelta(days=400)  # a year and the audit after it
AT_ONCE = 10_000


def tidy() -> dict[str, int]:
    """Delete at most ten thousand rows of each kind; how many went. What waits is never touched."""
    now = timezone.now()
    deliveries = (
        Delivery.objects.filter(received__lt=now - DELIVERIES)
        .exclude(state=DeliveryState.WAITING)
        .order_by("id")
        .values_list("pk", flat=True)[:AT_ONCE]
    )
    attempts = (
        Attempt.objects.filter(at__lt=now - ATTEMPTS)
        .order_by("id")
        .values_list("pk", flat=True)[:AT_ONCE]
    )
    statements = EqualityStatement.objects.filter(taken__lt=now - STATEMENTS)
    return {
        "statements": statements.delete()[0],
        "deliveries": Delivery.objects.filter(pk__in=list(deliveries)).delete()[0],
        "attempts": Attempt.objects.filter(pk__in=list(attempts)).delete()[0],
        "events": feed.forget(now - EVENTS, AT_ONCE),
        "moves": decisions.end_old(),
        "gone": gone_items.forget(now - gone_items.KEPT_FOR, AT_ONCE),
    }
