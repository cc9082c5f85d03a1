"""Keeping conflicts: what both sides wrote, who was given right, and taking the other value."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import Direction, MappedProject
from planning import feed, inbound_writes
from planning.models import Change, ChangeKind, ChangeState, WorkItem
from planning.rules import Unfit, only_from_jira, refuse_from_jira, refuse_read_only
from sync.core.echo import same
from sync.core.merge import Clash
from sync.models import Conflict, Shadow, ShadowState
from sync.pairs import states
from sync.pairs.rules import values_of
from sync.worker.wake import PUSH, wake


@dataclass(frozen=True, slots=True)
class Found:
    shadow: Shadow
    clash: Clash
    jira_at: datetime | None
    jira_author: str = ""


def keep(found: Sequence[Found]) -> None:
    """Store each clash; one that a person is still to decide is brought up to date, not repeated."""
    for one in found:
        clash = one.clash
        author, at = _board_author(one.shadow.item_id, clash.field)
        values = {
            "base": clash.base,
            "board": clash.board,
            "jira": clash.jira,
            "board_author": author,
            "board_at": at,
            "jira_at": one.jira_at,
            "jira_author": one.jira_author[:150],
        }
        open_one = Conflict.objects.filter(shadow=one.shadow, field=clash.field, resolved=None)
        if not one.jira_author and (known := _known(one)):
            values |= {"jira_author": known.jira_author, "jira_at": known.jira_at}
        if clash.taken or not open_one.update(**values):
            Conflict.objects.create(
                shadow=one.shadow,
                field=clash.field,
                taken=clash.taken,
                taken_by="policy" if clash.taken else "",
                resolved=timezone.now() if clash.taken else None,
                **values,
            )


def unsigned(found: Sequence[Found]) -> list[Clash]:
    """Those of which nobody knows who wrote Jira's value: not even an open conflict about it."""
    return [one.clash for one in found if not one.jira_author and _known(one) is None]


def _known(one: Found) -> Conflict | None:
    """The conflict that waits for a person about the same value of Jira's, if it is signed."""
    rows = Conflict.objects.filter(shadow=one.shadow, field=one.clash.field, resolved=None)
    row = rows.exclude(jira_author="").first()
    return row if row and same(one.clash.field, row.jira, one.clash.jira) else None


def close_agreed(shadows: Iterable[Shadow]) -> None:
    """Open conflicts whose two sides have become equal by themselves are over."""
    by_id = {shadow.pk: shadow for shadow in shadows}
    for conflict in Conflict.objects.filter(shadow__in=by_id, resolved=None):
        shadow = by_id[conflict.shadow_id]
        ours = values_of(shadow.item).get(conflict.field)
        if same(conflict.field, shadow.agreed.get(conflict.field), ours):
            conflict.resolved, conflict.taken_by = timezone.now(), "both sides agree"
            conflict.save(update_fields=["resolved", "taken_by"])
            _settle_agreed(shadow.item_id, conflict.field)


def _settle_agreed(item: uuid.UUID, field: str) -> None:
    """What waited for a decision about this field has nothing left to wait for."""
    rows = Change.objects.filter(item=item, state=ChangeState.CONFLICT)
    rows.filter(fields__has_key=field).update(
        state=ChangeState.SETTLED, message="Both sides agree.", settled=timezone.now()
    )


def open_fields(items: Sequence[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    """Item id → fields of it that wait for a person's decision."""
    found: dict[uuid.UUID, set[str]] = {}
    rows = Conflict.objects.filter(shadow__item__in=items, resolved=None)
    for item, field in rows.values_list("shadow__item_id", "field"):
        found.setdefault(item, set()).add(field)
    return found


def resolve(conflict_id: uuid.UUID, take: str, *, actor: User) -> Conflict:
    """Give one side right, also after the policy has decided otherwise. Raises Refused (404, 409, 422).

    A conflict whose item or pair is gone is closed by trying: nothing waits for a decision about it.
    """
    try:
        return _resolve(conflict_id, take, actor=actor)
    except Refused as refusal:
        if refusal.code == "gone":
            Conflict.objects.filter(pk=conflict_id, resolved=None).update(
                resolved=timezone.now(), taken_by="the item is gone"
            )
        raise


def _refuse_one_way(project: MappedProject, field: str) -> None:
    try:
        refuse_from_jira(project, field)
    except Unfit as problem:
        raise Refused(str(problem), code="read_only", status=409) from problem


@transaction.atomic
def _resolve(conflict_id: uuid.UUID, take: str, *, actor: User) -> Conflict:
    """Whatever Jira holds by now, the value that was taken is sent as any edit is: if Jira has it, nothing
    is found to send.
    """
    if take not in ("board", "jira"):
        raise Refused("Take either “board” or “jira”.", fields={"take": ["board or jira"]})
    pair = (
        Conflict.objects.filter(pk=conflict_id).values_list("shadow_id", "shadow__item_id").first()
    )
    if pair is None:
        raise Refused("There is no such conflict.", code="not_found", status=404)
    # In the order in which reads lock: the item, its pair, then the conflict. Read only now: what a
    # read agreed a moment ago must not be undone.
    item = WorkItem.objects.locked().get(pk=pair[1])
    shadow = Shadow.objects.locked().get(pk=pair[0])
    conflict = Conflict.objects.select_for_update().get(pk=conflict_id)
    project = _still_mapped(shadow, item)
    if conflict.resolved is None:
        # Somebody may have edited the item since: that is the board's side by now, and is kept as such.
        conflict.board = values_of(item).get(conflict.field)
        # Nobody was given right yet, so what the pair agrees on is older than both values. Of one that
        # was decided, the pair knows better than the conflict what Jira holds by now.
        shadow.agreed = {**shadow.agreed, conflict.field: conflict.jira}
        shadow.save(update_fields=["agreed"])
    value = getattr(conflict, take)
    if not same(conflict.field, value, shadow.agreed.get(conflict.field)):
        refuse_read_only(project)
        _refuse_one_way(project, conflict.field)
    events = []
    if inbound_writes.take(item, {conflict.field: value}, {}):
        events = inbound_writes.update({item: [conflict.field]})
    if project.direction != Direction.FROM_JIRA and not only_from_jira(project, conflict.field):
        _queue(project, item, conflict.field, value, actor)
    conflict.taken, conflict.taken_by = take, str(actor)
    conflict.resolved = timezone.now()
    conflict.save(update_fields=["board", "taken", "taken_by", "resolved"])
    decided = Change.objects.filter(item=item, state=ChangeState.CONFLICT)
    decided.filter(fields__has_key=conflict.field).update(
        state=ChangeState.SETTLED, message=f"Decided: {conflict.get_taken_display()}."
    )
    audit.record(
        "conflict.resolved",
        actor=actor,
        target=item,
        connection_id=shadow.connection_id,
        after={conflict.field: value, "taken": take},
    )
    states.derive([item.pk])
    feed.tell(events)
    return conflict


def _still_mapped(shadow: Shadow, item: WorkItem) -> MappedProject:
    """The project by whose rules the value travels. Raises Refused (409)."""
    if item.deleted or shadow.state in (ShadowState.GONE, ShadowState.UNLINKED):
        raise Refused(
            "The item was deleted, so its conflict is over. Nothing was changed.",
            code="gone",
            status=409,
        )
    if shadow.project is None or shadow.state != ShadowState.LIVE:
        raise Refused(
            "Its project is no longer mapped, so nothing can be sent to Jira. Map it again first.",
            code="not_mapped",
            status=409,
        )
    return shadow.project


def _queue(project: MappedProject, item: WorkItem, field: str, value: Any, actor: User) -> None:
    Change.objects.create(
        project=project,
        item=item,
        kind=ChangeKind.EDIT,
        fields={field: value},
        actor=actor,
        actor_name=str(actor),
    )
    wake(PUSH, project.connection_id)


def _board_author(item: uuid.UUID, field: str) -> tuple[str, datetime | None]:
    """Who wrote the board's value: the newest edit of that field that is not settled yet."""
    rows = Change.objects.filter(item=item, kind=ChangeKind.EDIT).exclude(state=ChangeState.DROPPED)
    for change in rows.order_by("-id")[:20]:
        if field in change.fields:
            return change.actor_name, change.created
    return "", None
