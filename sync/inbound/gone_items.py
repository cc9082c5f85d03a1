"""Gone from Jira: items whose issues are not shown any more, kept whole until they are, or are let go.

A 404 also means "may not see it", and nothing that a service user may ask tells the two apart. So the
item leaves the board's cells, with its links, its place and its history, and Jira is asked for it again
at growing distance for as long as the mapping lives. Whatever asks, it comes back as the same item. Only
a person lets it go for good, or retention after a year.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import Connection, MappedProject
from planning import inbound_writes
from planning.models import BoardEvent, Change, ChangeKind, Link, SyncState, WorkItem
from sync.models import Absence, Shadow, ShadowState
from sync.models.shadow import ShadowQuerySet
from sync.pairs import parents
from sync.pairs.states import UNDER_WAY

WORDS: Final = "Gone from Jira, so it left the board. It comes back as soon as Jira shows it again."
FIRST_LOOK = timedelta(minutes=5)
LONGEST = timedelta(days=7)
AT_ONCE = 100
KEPT_FOR = timedelta(days=365)


def rows(connection: Connection | None = None) -> ShadowQuerySet:
    """The pairs whose items are gone from Jira, the newest first."""
    found = Shadow.objects.filter(
        state=ShadowState.GONE, absence__in=(Absence.DELETED, Absence.UNSEEN)
    )
    if connection is not None:
        found = found.filter(connection=connection)
    return found.exclude(item__deleted=None).order_by("-item__deleted", "pk")


def put_away(pairs: QuerySet[Shadow], deleted: Collection[str]) -> None:
    """Note of these pairs that they are gone. `deleted`: ids that Jira itself called deleted."""
    values = {"state": ShadowState.GONE, "look_due": timezone.now() + FIRST_LOOK, "looks": 0}
    pairs.exclude(remote_id__in=deleted).update(absence=Absence.UNSEEN, **values)
    pairs.filter(remote_id__in=deleted).update(absence=Absence.DELETED, **values)


def remember_children(lost: Mapping[uuid.UUID, Collection[uuid.UUID]]) -> None:
    """Which children each lost with its issue: they are its own again when it comes back."""
    for item, children in lost.items():
        Shadow.objects.filter(item=item).update(
            left_behind={"children": [str(c) for c in children]}
        )


@dataclass(frozen=True, slots=True)
class Back:
    """An item whose issue is back, and the children that it had."""

    item: WorkItem
    key: str
    children: tuple[uuid.UUID, ...] = ()


def bring_back(shadow: Shadow, item: WorkItem) -> tuple[list[BoardEvent], Back]:
    """Jira shows the issue of this locked item again: it stands on the board with its links. The events to
    tell, and what is left to do after the transaction: `make_whole`."""
    children = tuple(uuid.UUID(one) for one in shadow.left_behind.get("children", ()))
    return inbound_writes.revive(item), Back(item, shadow.remote_key, children)


def make_whole(returned: Iterable[Back]) -> None:
    """Children and links of items that are back, in transactions of their own, so that items are locked in
    one order. Children that a crash leaves out are found by the next comparison: Jira names the parent, and
    the pair does not."""
    for one in returned:
        if one.children:
            parents.take_back(one.children, one.item, one.key)
        _send_links(one.item)


@transaction.atomic
def _send_links(item: WorkItem) -> None:
    """Links drawn here that had not reached Jira when the issue went are still to be sent."""
    sent = Change.objects.filter(link=OuterRef("pk"), kind=ChangeKind.LINK, state__in=UNDER_WAY)
    unsent = Link.objects.filter(
        ~Exists(sent), Q(source=item) | Q(target=item), deleted=None, remote_id=""
    )
    rows = [
        link
        for link in unsent.select_related("source__project")
        if link.source.project is not None and link.source.project.writes_jira
    ]
    Change.objects.bulk_create(
        Change(
            project=link.source.project,
            item=link.source,
            link=link,
            kind=ChangeKind.LINK,
            fields={
                "source": str(link.source_id),
                "target": str(link.target_id),
                "type": link.type,
            },
            actor_name=audit.SYSTEM,
        )
        for link in rows
    )
    Link.objects.filter(pk__in=[link.pk for link in rows]).update(sync_state=SyncState.WAITING)


def to_look_for(project: MappedProject) -> list[str]:
    """Ids that are due to be asked for again; each is due later the more often it was asked for."""
    now = timezone.now()
    due = list(
        Shadow.objects.filter(project=project, state=ShadowState.GONE, look_due__lte=now).order_by(
            "look_due"
        )[:AT_ONCE]
    )
    for one in due:
        one.looks += 1
        one.look_due = now + min(FIRST_LOOK * 2 ** min(one.looks, 20), LONGEST)
    Shadow.objects.bulk_update(due, ["looks", "look_due"])
    return [one.remote_id for one in due]


@transaction.atomic
def let_go(item_id: uuid.UUID, *, actor: User) -> None:
    """A person says that it stays away: it is not looked for any more, and does not come back. Raises
    Refused (404) where it is not among those that are gone."""
    shadow = next(iter(rows().filter(item=item_id).locked()), None)
    if shadow is None:
        raise Refused("This item is not among those that are gone from Jira.", status=404)
    audit.record(
        "item.let_go",
        actor=actor,
        target=shadow.item,
        connection_id=shadow.connection_id,
        before={"key": shadow.remote_key},
    )
    _forget(Shadow.objects.filter(pk=shadow.pk))


def forget(before: datetime, at_once: int) -> int:
    """Let go of those that are gone since then; how many."""
    old = rows().filter(item__deleted__lt=before).values_list("pk", flat=True)[:at_once]
    return _forget(Shadow.objects.filter(pk__in=list(old)))


def _forget(pairs: QuerySet[Shadow]) -> int:
    return pairs.update(absence="", look_due=None, left_behind={})
