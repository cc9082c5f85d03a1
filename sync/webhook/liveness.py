"""The webhook's heartbeat: what we write in Jira comes back as a delivery, or the webhook is silent.

Judged from rows, without a call. A silent connection is polled more often; the next delivery ends it,
so nobody has to.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.utils import timezone

from connections.models import Connection, WebhookState
from sync.models import Attempt

GRACE = timedelta(minutes=3)  # Jira's own queue may be slow
MEMORY = timedelta(hours=1)  # an older write proves nothing of now
SEEN_EVERY = timedelta(seconds=10)  # a delivery is noted so often at most
LENIENT = timedelta(seconds=15)  # that, and some more
QUICKER = 4
LEAST_SECONDS = 15.0


def judge() -> int:
    """Mark connections whose last write was not echoed; how many became silent now."""
    now = timezone.now()
    sent = (
        Attempt.objects.filter(
            connection=OuterRef("pk"),
            step="send",
            outcome="done",
            at__range=(now - MEMORY, now - GRACE),
        )
        .order_by()
        .values("connection")
        .annotate(last=Max("at"))
        .values("last")
    )
    # One added by hand counts once it has been seen to work.
    ours = Q(webhook_state=WebhookState.REGISTERED)
    by_hand = Q(webhook_state=WebhookState.MANUAL, webhook_seen__isnull=False)
    rows = Connection.objects.running().filter(ours | by_hand).annotate(last_sent=Subquery(sent))
    unheard = Q(webhook_seen=None) | Q(webhook_seen__lt=F("last_sent") - LENIENT)
    silent = rows.filter(unheard, last_sent__isnull=False).values_list("pk", flat=True)
    return Connection.objects.filter(pk__in=list(silent)).update(webhook_state=WebhookState.SILENT)


def is_due(connection: Connection) -> bool:
    """Whether a delivery that came now is worth a note of it."""
    seen = connection.webhook_seen
    silent = connection.webhook_state == WebhookState.SILENT
    return silent or seen is None or timezone.now() - seen >= SEEN_EVERY


def note(connection: Connection) -> bool:
    """Proof of life by a delivery, which ends a silence; True if it was due, and is written."""
    if not is_due(connection):
        return False
    now, rows = timezone.now(), Connection.objects.filter(pk=connection.pk)
    if connection.webhook_state == WebhookState.SILENT:
        back = WebhookState.REGISTERED if connection.webhook_id else WebhookState.MANUAL
        if rows.filter(webhook_state=WebhookState.SILENT).update(
            webhook_state=back, webhook_seen=now
        ):
            return True
    rows.update(webhook_seen=now)
    return True


def poll_seconds(state: str) -> float:
    """How long until the next poll of a connection whose webhook is in this state."""
    usual = float(settings.POLL_SECONDS)
    if state != WebhookState.SILENT:
        return usual
    return min(usual, max(usual / QUICKER, LEAST_SECONDS))
