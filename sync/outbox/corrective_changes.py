"""Values that Jira lacks and nobody is about to send get a Change of the console's own.

So what the policy gave the board, or a mapping that only writes, is sent like any edit. What cannot
be said to Jira now gets no Change, which would come again with every read: the item says why not.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts.audit import SYSTEM
from connections.models import MappedProject
from planning.models import Change, ChangeKind, ChangeState, SyncState, WorkItem
from sync.core.edit_plan import KEPT, unsaid
from sync.core.values import Rules
from sync.models import Shadow, ShadowState
from sync.pairs import states
from sync.pairs.references import Known, known_to_jira, outgoing
from sync.pairs.rules import rules_of, values_of
from sync.worker.failpoints import point
from sync.worker.lease import is_held

_CHUNK: Final = 500


def ensure(
    project: MappedProject,
    to_send: Mapping[uuid.UUID, Mapping[str, Any]],
    *,
    seconds: float = 0.0,
) -> bool:
    """See to it that these values reach Jira; True if anything new is to be sent.

    `to_send`: item id → values that Jira should get. `seconds`: not before then.
    """
    if not to_send:
        return False
    with transaction.atomic():
        made = _ensure(project, to_send, seconds)
    if made:
        point("ensure.queued")
    return made


def _ensure(
    project: MappedProject, to_send: Mapping[uuid.UUID, Mapping[str, Any]], seconds: float
) -> bool:
    rules = rules_of(project)
    list(WorkItem.objects.filter(pk__in=to_send).locked().values_list("pk"))
    pairs = Shadow.objects.filter(item__in=to_send, state=ShadowState.LIVE)
    shadows = list(pairs.select_related("item").locked())
    known = known_to_jira([shadow.item for shadow in shadows])
    coming, refused = _under_way(to_send), _parked(to_send)
    made: list[Change] = []
    for shadow in shadows:
        values = to_send[shadow.item_id]
        _explain(rules, known, shadow, values)
        stuck = set(shadow.parked) | refused.get(shadow.item_id, set())
        left = {name: value for name, value in values.items() if name not in stuck}
        if left and shadow.item_id not in coming:
            made.append(_change(project, shadow.item_id, left, seconds))
    Change.objects.bulk_create(made)
    return bool(made)


def left_over(
    project: MappedProject, values: Mapping[uuid.UUID, Mapping[str, Any]]
) -> dict[uuid.UUID, Change]:
    """Item → a Change of the console's own for what a create could not carry, about to be sent."""
    made = {item: _change(project, item, some, 0.0) for item, some in values.items()}
    Change.objects.bulk_create(made.values())
    return made


def _explain(rules: Rules, known: Known, shadow: Shadow, values: Mapping[str, Any]) -> None:
    """Bring what the item says of unsaid values up to date."""
    item = shadow.item
    out = outgoing(rules, known, item, values)
    parked = {
        name: why
        for name, why in shadow.parked.items()
        if name not in values or not why.startswith(KEPT)
    }
    parked |= unsaid(rules, values_of(item), out)
    if parked != shadow.parked:
        shadow.parked = parked
        shadow.save(update_fields=["parked"])
        states.derive([item.pk])


def _under_way(items: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Items of which something is being sent: that sends whatever differs."""
    rows = Change.objects.filter(
        item__in=list(items),
        kind__in=(ChangeKind.CREATE, ChangeKind.EDIT),
        state__in=states.UNDER_WAY,
    )
    return set(rows.values_list("item_id", flat=True))


def _parked(items: Iterable[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    """Item → its fields that wait for a person."""
    rows = Change.objects.filter(
        item__in=list(items), kind=ChangeKind.EDIT, state=ChangeState.PARKED
    )
    found: dict[uuid.UUID, set[str]] = {}
    for item, fields in rows.values_list("item_id", "fields"):
        found.setdefault(item, set()).update(fields)
    return found


def _change(
    project: MappedProject, item: uuid.UUID, values: Mapping[str, Any], seconds: float
) -> Change:
    return Change(
        project=project,
        item_id=item,
        kind=ChangeKind.EDIT,
        fields=dict(values),
        actor_name=SYSTEM,
        due=timezone.now() + timedelta(seconds=seconds),
    )


def tell_children(item: WorkItem) -> None:
    """The item is in Jira now: children that could not name it as their parent can."""
    _tell(
        Shadow.objects.filter(state=ShadowState.LIVE, item__parent=item, parked__has_key="parent"),
        "parent",
    )


def tell_iterations(project_id: uuid.UUID) -> None:
    """Iterations may have become sprints: items that could not be put into them can."""
    stuck = states.that_say(project_id, SyncState.PARKED, SyncState.CONFLICT)
    ids = list(stuck.values_list("pk", flat=True))
    for at in range(0, len(ids), _CHUNK):
        of_these = Shadow.objects.filter(item__in=ids[at : at + _CHUNK], state=ShadowState.LIVE)
        _tell(of_these.filter(parked__has_key="iteration"), "iteration")


def read_first(project: MappedProject) -> None:
    """Creates whose worker died before it read the issue: their items are to be read, and what the create
    could not carry sent. While a push is at work, it does that itself.
    """
    rows = Shadow.objects.filter(project=project, state=ShadowState.LIVE, remote_updated=None)
    items = [row.item for row in rows.select_related("item")[:_CHUNK]]
    if items and not is_held(f"push:{project.connection_id}"):
        ensure(project, {item.pk: not_carried(item) for item in items})


def not_carried(item: WorkItem) -> dict[str, Any]:
    """What no create carries, and so is sent after it."""
    values = values_of(item)
    return {name: values[name] for name in ("status", "iteration")}


def _tell(shadows: Any, name: str) -> None:
    by_project: dict[MappedProject, dict[uuid.UUID, dict[str, str | None]]] = {}
    for shadow in shadows.select_related("item", "project"):
        value = getattr(shadow.item, f"{name}_id")
        rows = by_project.setdefault(shadow.project, {})
        rows[shadow.item_id] = {name: str(value) if value else None}
    for project, to_send in by_project.items():
        ensure(project, to_send)
