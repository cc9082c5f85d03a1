"""Parents that come after their children or go before them, and those that only Jira has."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from almconnect.lib.among import among
from connections.models import Direction, MappedProject
from planning import applying, feed
from planning.models import WorkItem
from sync.core.mapping import UNKNOWN_PARENT
from sync.core.merge import Merge, Policy, settled
from sync.core.values import Seen
from sync.models import Conflict, Shadow, ShadowState


def guarded(project: MappedProject, shadow: Shadow, seen: Seen, outcome: Merge) -> Merge:
    """The merge, with a parent in Jira that the board lacks counted as the edit that it is.

    To the board it is nobody, as before, so the merge would send the board's new parent over it. Where
    it was there when the board chose, that is meant; where it came since, both sides changed the field.
    """
    ours = outcome.push.get("parent")
    if ours is None or UNKNOWN_PARENT not in seen.refs or project.direction == Direction.TO_JIRA:
        return outcome
    kept = {name: value for name, value in outcome.push.items() if name != "parent"}
    if seen.refs["parent"] == shadow.parent_ref:
        asked = Conflict.objects.filter(shadow=shadow, field="parent", resolved=None).exists()
        return replace(outcome, push=kept) if asked else outcome
    clash = settled(
        "parent", shadow.agreed.get("parent"), ours, None, Policy(project.conflict_policy)
    )
    outcome = replace(outcome, clashes=(*outcome.clashes, clash))
    if clash.taken == "board":
        return outcome
    take = {**outcome.take, "parent": None} if clash.taken == "jira" else outcome.take
    return replace(outcome, push=kept, take=take)


@transaction.atomic
def find_children(project: MappedProject, parents: Sequence[Shadow]) -> None:
    """Issues read before their parent was known get it now: parents and children come in any order.

    In its own transaction, so that items are locked in one order; what a crash leaves out here is
    found when the child is read again.
    """
    by_reference = {shadow.remote_id: shadow for shadow in parents}
    by_reference |= {shadow.remote_key: shadow for shadow in parents}
    # Not joined with the items, to leave out those that have a parent: before it knows its tables a
    # planner begins with all items that have none, which takes longer with each part of an import.
    waiting = Shadow.objects.filter(
        among("parent_ref", by_reference), connection_id=project.connection_id
    ).exclude(parent_ref="")  # so that the index of those that have one is used
    children = list(waiting.values_list("pk", "item_id"))
    if not children:
        return
    items = {
        item.pk: item
        for item in WorkItem.objects.select_for_update()
        .filter(pk__in=[item for _, item in children], parent=None, deleted=None)
        .order_by("pk")
    }
    rows = Shadow.objects.select_for_update().filter(pk__in=[pk for pk, _ in children])
    moved: dict[WorkItem, list[str]] = {}
    changed: list[Shadow] = []
    for shadow in rows.order_by("pk"):
        found, item = by_reference.get(shadow.parent_ref), items.get(shadow.item_id)
        # Where it was agreed, the board took the parent away and Jira has not heard yet.
        if found is None or item is None or shadow.agreed.get("parent"):
            continue
        applying.take(item, {"parent": str(found.item_id)}, {})
        shadow.agreed = {**shadow.agreed, "parent": str(found.item_id)}
        changed.append(shadow)
        moved[item] = ["parent"]
    Shadow.objects.bulk_update(changed, ["agreed"], batch_size=200)
    if moved:
        feed.tell(applying.update(moved))


@transaction.atomic
def let_go(gone: Sequence[uuid.UUID]) -> None:
    """The issues of these items are deleted: their children have no parent in Jira either.

    Jira may not touch the children's `updated`, so that no poll would find it. In its own transaction
    as well. Where the board has chosen one of them since, Jira has not heard yet: that stays, to be told.
    """
    orphans = Shadow.objects.filter(
        item__parent__in=gone,
        item__deleted=None,
        state=ShadowState.LIVE,
        project__direction__in=(Direction.BOTH, Direction.FROM_JIRA),
    )
    children = list(orphans.values_list("pk", "item_id")) if gone else []
    if not children:
        return
    items = {
        item.pk: item
        for item in WorkItem.objects.select_for_update()
        .filter(pk__in=[item for _, item in children], parent__in=gone, deleted=None)
        .order_by("pk")
    }
    rows = Shadow.objects.select_for_update().filter(pk__in=[pk for pk, _ in children])
    moved: dict[WorkItem, list[str]] = {}
    changed: list[Shadow] = []
    for shadow in rows.order_by("pk"):
        item = items.get(shadow.item_id)
        if item is None or shadow.agreed.get("parent") != str(item.parent_id):
            continue
        applying.take(item, {"parent": None}, {})
        shadow.agreed = {**shadow.agreed, "parent": None}
        shadow.refs, shadow.parent_ref = {**shadow.refs, "parent": ""}, ""
        changed.append(shadow)
        moved[item] = ["parent"]
    Shadow.objects.bulk_update(changed, ["agreed", "refs", "parent_ref"], batch_size=200)
    if moved:
        feed.tell(applying.update(moved))
