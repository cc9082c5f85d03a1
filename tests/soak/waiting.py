"""Time that passes for what merely waits: leases of the dead, retries, pauses, second looks.

Only moments are moved. Nothing is judged, cleared or resumed here: what people decide is
tests.soak.person's, and what is ill stays ill until the product itself finds it well.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from connections.models import Connection, MappedProject
from planning.models import Change, ChangeKind, ChangeState
from sync.models import Delivery, Lease, Run, Shadow
from sync.pairs.states import UNDER_WAY
from tests.soak.ways import Ways

ABSENCE = timedelta(minutes=30)  # between two looks at what is not there
NEVER = timedelta(days=3650)


def time_passes(ways: Ways) -> None:
    """Call it while no worker is at work. By webhooks alone no poll is ever due."""
    now = timezone.now()
    Lease.objects.filter(until__gt=now).update(until=now - timedelta(seconds=1))
    Change.objects.filter(state__in=UNDER_WAY).update(due=now)
    Delivery.objects.filter(state="waiting").update(due=now)
    Run.objects.filter(state__in=("waiting", "running")).update(due=now)
    MappedProject.objects.update(poll_due=now if ways.polls else now + NEVER)
    Connection.objects.update(call_after=None)
    earlier = now - ABSENCE
    Shadow.objects.filter(absent_since__gt=earlier).update(absent_since=earlier)
    Shadow.objects.filter(older_since__gt=earlier).update(older_since=earlier)
    Shadow.objects.filter(look_due__gt=now).update(look_due=now)
    Shadow.objects.filter(deleted_there__gt=earlier).update(deleted_there=earlier)


def restless() -> QuerySet[Change]:
    """What must come to rest by itself. A link waits for an item that Jira refused, as does a person."""
    refused = Change.objects.filter(kind=ChangeKind.CREATE, state=ChangeState.PARKED).values("item")
    rows = Change.objects.filter(state__in=UNDER_WAY)
    links = rows.filter(kind__in=(ChangeKind.LINK, ChangeKind.UNLINK))
    waiting = links.filter(Q(item__in=refused) | Q(link__target__in=refused))
    return rows.exclude(pk__in=waiting.values("pk"))


def hints_waiting() -> bool:
    """Deliveries that are still to be worked on."""
    return Delivery.objects.filter(state="waiting").exists()
