"""Parents that come after their children or go before them, and those that only Jira has."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from django.db import transaction
from django.db.models import Q, QuerySet

from almconnect.lib.in_array import in_array
from connections.models import Direction, MappedProject
from planning import feed, inbound_writes
from planning.models import WorkItem
from sync.core.mapping import UNKNOWN_PARENT
from sync.core.merge import Merge, Policy, settled
from sync.core.values import Seen
from sync.models import Conflict, Shadow, ShadowState
from sync.worker.failpoints import point


def guarded(project: MappedProject, shadow: Shadow, seen: Seen, outcome: Merge) -> Merge:
    """The merge, with a parent in Jira that the board lacks counted as the edit that it is.

    To the board it is nobody, as before, so the merge would send the board's new parent over it. Where
    it was there when the board chose, that is meant; where it came since, both sides changed the field.
    """
    ours = outcome.to_send.get("parent")
    if ours is None or UNKNOWN_PARENT not in seen.refs or project.direction == Direction.TO_JIRA:
        return outcome
    kept = {name: value for name, value in outcome.to_send.items() if name != "parent"}
    if seen.refs["parent"] == shadow.parent_ref:
        asked = Conflict.objects.filter(shadow=shadow, field="parent", resolved=None).exists()
        return replace(outcome, to_send=kept) if asked else outcome
    clash = settled(
        "parent", shadow.agreed.get("parent"), ours, None, Policy(project.conflict_policy)
    )
    outcome = replace(outcome, clashes=(*outcome.clashes, clash))
    if clash.taken == "board":
        return outcome
    take = {**outcome.take, "parent": None} if clash.taken == "jira" else outcome.take
    return replace(outcome, to_send=kept, take=take)


def find_children(project: MappedProject, parents: Mapping[str, uuid.UUID]) -> None:
    """Issues read before their parent was known get it now: parents and children come in any order.

    `parents`: issue id or key → item, of issues just read. In its own transaction, so that items are
    locked in one order; what a crash leaves out is found when the parent, or the child, is read again.
    """

    def found(shadow: Shadow, item: WorkItem) -> bool:
        # Where it was agreed, the board took the parent away and Jira has not heard yet.
        if shadow.agreed.get("parent") or shadow.parent_ref not in parents:
            return False
        _give(shadow, item, str(parents[shadow.parent_ref]))
        return True

    # Not joined with the items, to leave out those that have a parent: before it knows its tables a
    # planner begins with all items that have none, which takes longer with each part of an import.
    waiting = Shadow.objects.filter(
        in_array("parent_ref", parents), connection_id=project.connection_id
    ).exclude(parent_ref="")  # so that the index of those that have one is used
    if parents and _each_child(waiting, Q(parent=None), found):
        point("parent.found")


def let_go(gone: Collection[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """The issues of these items are deleted: their children have no parent in Jira either.

    Jira may not touch the children's `updated`, so that no poll would find it: call it in the
    transaction that notes the deletion, after `lock`. Where the board has chosen one of them since,
    Jira has not heard yet: that stays, to be told. Which children each of them lost.
    """
    lost: dict[uuid.UUID, list[uuid.UUID]] = {}

    def orphaned(shadow: Shadow, item: WorkItem) -> bool:
        if shadow.agreed.get("parent") != str(item.parent_id):
            return False
        if item.parent_id is not None:
            lost.setdefault(item.parent_id, []).append(item.pk)
        _give(shadow, item, None)
        shadow.refs, shadow.parent_ref = {**shadow.refs, "parent": ""}, ""
        return True

    if gone:
        _each_child(_orphans(gone), Q(parent__in=gone), orphaned)
    return lost


def take_back(children: Iterable[uuid.UUID], parent: WorkItem, key: str) -> None:
    """These children had this parent when its issue went from Jira, and it is back: those that have
    found no other since, here or there, are its children again. In the transaction that brings it back.
    """

    def found(shadow: Shadow, item: WorkItem) -> bool:
        if shadow.agreed.get("parent") or shadow.parent_ref:
            return False
        _give(shadow, item, str(parent.pk))
        shadow.refs, shadow.parent_ref = {**shadow.refs, "parent": key}, key
        return True

    rows = Shadow.objects.filter(item__in=list(children), state=ShadowState.LIVE)
    _each_child(rows, Q(parent=None), found)


def lock(gone: Iterable[uuid.UUID]) -> list[WorkItem]:
    """These items, locked together with their children in the one order in which all are; deleted
    ones are left out.
    """
    ids = set(gone)
    family = Q(pk__in=ids) | Q(pk__in=[item for _, item in _pairs(_orphans(ids))])
    rows = WorkItem.objects.filter(family).locked()
    return [item for item in rows if item.pk in ids and item.deleted is None]


def _orphans(gone: Iterable[uuid.UUID]) -> QuerySet[Shadow]:
    return Shadow.objects.filter(
        item__parent__in=list(gone),
        item__deleted=None,
        state=ShadowState.LIVE,
        project__direction__in=(Direction.BOTH, Direction.FROM_JIRA),
    )


def _pairs(shadows: QuerySet[Shadow]) -> list[tuple[uuid.UUID, uuid.UUID]]:
    return list(shadows.values_list("pk", "item_id"))


def _give(shadow: Shadow, item: WorkItem, parent: str | None) -> None:
    inbound_writes.take(item, {"parent": parent}, {})
    shadow.agreed = {**shadow.agreed, "parent": parent}


@transaction.atomic
def _each_child(
    shadows: QuerySet[Shadow], still: Q, change: Callable[[Shadow, WorkItem], bool]
) -> int:
    """Lock those of these children of which this holds `still`, their items before their pairs, as reads
    do; `change` gives each its parent and says whether it did. How many it did.
    """
    children = _pairs(shadows)
    if not children:
        return 0
    locked = WorkItem.objects.filter(
        still, pk__in=[item for _, item in children], deleted=None
    ).locked()
    items = {item.pk: item for item in locked}
    pairs = [pk for pk, item in children if item in items]
    rows = Shadow.objects.filter(pk__in=pairs).locked()
    changed = [shadow for shadow in rows if change(shadow, items[shadow.item_id])]
    Shadow.objects.bulk_update(changed, ["agreed", "refs", "parent_ref"], batch_size=200)
    if changed:
        feed.tell(inbound_writes.update({items[shadow.item_id]: ["parent"] for shadow in changed}))
    return len(changed)
