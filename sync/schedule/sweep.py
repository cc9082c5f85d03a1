"""The tick: finds from the rows what there is to do, and wakes workers for it.

Messages may be lost at any time; this finds the same work again. Two beats are harmless, since due
rows are claimed by conditional UPDATEs and the work itself by leases.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from connections.models import Connection, Direction, MappedProject, WebhookState
from planning.models import Change
from sync.models import Delivery, DeliveryState, Run, RunKind, RunState
from sync.pairs.states import UNDER_WAY
from sync.webhook import liveness
from sync.worker.failpoints import point

POLLS_PER_TICK = 50


def due_pushes() -> list[str]:
    """Connections with changes that may be sent now: one look into an index each, however many wait."""
    rows = Change.objects.filter(
        project__connection=OuterRef("pk"),
        state__in=UNDER_WAY,
        due__lte=timezone.now(),
        project__direction__in=(Direction.BOTH, Direction.TO_JIRA),
    )
    return _keys(Connection.objects.writing().filter(Exists(rows)))


def due_drains() -> list[str]:
    """Connections with deliveries that may be worked on now."""
    rows = Delivery.objects.filter(
        connection=OuterRef("pk"), state=DeliveryState.WAITING, due__lte=timezone.now()
    )
    return _keys(Connection.objects.running().filter(Exists(rows)))


def claim_polls() -> list[str]:
    """Projects whose poll is due; each is claimed, so that it is handed out once."""
    now = timezone.now()
    rows = MappedProject.objects.filter(
        poll_due__lte=now, connection__in=Connection.objects.running()
    ).exclude(direction=Direction.PAUSED)
    claimed = []
    found = rows.order_by("poll_due").values_list("pk", "poll_due", "connection__webhook_state")
    for key, due, webhook in found[:POLLS_PER_TICK]:
        later = now + timedelta(seconds=liveness.poll_seconds(webhook))
        if MappedProject.objects.filter(pk=key, poll_due=due).update(poll_due=later):
            point("tick.poll_claimed")
            claimed.append(str(key))
    return claimed


def due_runs() -> list[str]:
    """Runs that wait or were interrupted; comparisons that are due are asked for first."""
    now = timezone.now()
    later = now + timedelta(seconds=settings.RECONCILE_SECONDS)
    rows = MappedProject.objects.filter(
        reconcile_due__lte=now, connection__in=Connection.objects.running()
    ).exclude(direction=Direction.PAUSED)
    for project in rows[:POLLS_PER_TICK]:
        mine = MappedProject.objects.filter(pk=project.pk, reconcile_due=project.reconcile_due)
        with transaction.atomic():
            due = mine.update(reconcile_due=later)
            if due:
                point("tick.run_due")
                Run.objects.create(project=project, kind=RunKind.RECONCILE)
        if due:
            point("tick.run_asked")
    under_way = Run.objects.filter(
        Q(state=RunState.WAITING) | Q(state=RunState.RUNNING),
        Q(project__connection__in=Connection.objects.running())
        | Q(kind=RunKind.DRY_RUN, project__connection__in=Connection.objects.put_back()),
        due__lte=now,
    )
    return [str(key) for key in under_way.values_list("pk", flat=True)]


def due_webhooks() -> list[str]:
    """Connections that may write, with a mapped project and no word yet on their webhook."""
    mapped = MappedProject.objects.filter(connection=OuterRef("pk"))
    return _keys(
        Connection.objects.writing().filter(Exists(mapped), webhook_state=WebhookState.NONE)
    )


def _keys(connections: QuerySet[Connection]) -> list[str]:
    """Each once: `distinct()` under a model's ordering would answer once for each row that waits."""
    return [str(key) for key in connections.order_by().values_list("pk", flat=True)]
