"""When an iteration becomes a sprint: items that were read in that sprint before take their place."""

from __future__ import annotations

import uuid

from django.db import transaction

from planning import feed, inbound_writes
from planning.models import SprintLink, WorkItem
from sync.models import Shadow, ShadowState
from sync.worker.failpoints import point


def place(project_id: uuid.UUID) -> int:
    """Give items of this project the iteration that their sprint has become; how many moved.

    Only items whose iteration nobody has changed on the board since: theirs wait to be pushed.
    """
    moved = 0
    for link in SprintLink.objects.filter(team__project=project_id).select_related("team"):
        placed = _place_one(project_id, link)
        if placed:
            point("place.placed")
        moved += placed
    return moved


@transaction.atomic
def _place_one(project_id: uuid.UUID, link: SprintLink) -> int:
    wanted = str(link.iteration_id)
    waiting = list(
        Shadow.objects.filter(
            project=project_id, sprint_ref=link.sprint_id, state=ShadowState.LIVE
        ).exclude(item__iteration=link.iteration_id)
    )
    items = {
        item.pk: item
        for item in WorkItem.objects.filter(
            pk__in=[shadow.item_id for shadow in waiting], deleted=None
        ).locked()
    }
    changed: dict[WorkItem, list[str]] = {}
    for shadow in waiting:
        item = items.get(shadow.item_id)
        ours = str(item.iteration_id) if item and item.iteration_id else None
        if item is None or ours != shadow.agreed.get("iteration"):
            continue
        inbound_writes.take(item, {"iteration": wanted}, {})
        Shadow.objects.filter(pk=shadow.pk).update(agreed={**shadow.agreed, "iteration": wanted})
        changed[item] = ["iteration"]
    if changed:
        feed.tell(inbound_writes.update(changed))
    return len(changed)
