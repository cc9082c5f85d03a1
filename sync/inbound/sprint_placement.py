"""What becomes of items when their sprint does: it is made of an iteration, or completed in Jira."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from connections.models import MappedProject
from jira_client.client import JiraClient
from jira_client.errors import NotFound
from jira_client.values import Sprint
from planning import feed, inbound_writes
from planning.models import SprintLink, WorkItem
from planning.team_boards import boards_used, links_met_in, links_of
from sync.models import Shadow, ShadowState
from sync.pairs.sprint_facts import CLOSED, GONE, OPEN, keep
from sync.webhook import inbox
from sync.worker.failpoints import point


def observe(project: MappedProject, jira: JiraClient) -> None:
    """Ask Jira for the sprints of this project's teams: one call a board for the open ones, one for each
    that is not among them and was not known as closed or gone. Raises JiraError.

    Where one has been closed, Jira changes nothing of the issues that were carried over to the backlog:
    what was not done in it is read again, so that it leaves the iteration here too.
    """
    links = list(links_of(project))
    boards = sorted(boards_used(project))
    if not boards or not links:
        return
    there = {one.id: one for board in boards for one in _open_sprints(jira, board)}
    for link in links:
        row = SprintLink.objects.filter(pk=link.pk, sprint_id=link.sprint_id)
        found = there.get(link.sprint_id)
        if found is None and link.sprint_state in (CLOSED, GONE):
            continue
        try:
            found = found or jira.sprints.get(link.sprint_id)
        except NotFound:
            row.update(sprint_state=GONE, observed=timezone.now())
            continue
        with transaction.atomic():
            keep(row, found)
            if found.state == CLOSED:
                _read_what_was_open(project, found)
    point("sprint.observed")


def _open_sprints(jira: JiraClient, board: int) -> Sequence[Sprint]:
    """None of a board that is gone, or out of sight: each of its sprints is asked for then."""
    try:
        return jira.boards.sprints(board, OPEN)
    except NotFound:
        return ()


def _read_what_was_open(project: MappedProject, sprint: Sprint) -> None:
    pairs = Shadow.objects.filter(project=project, sprint_ref=sprint.id, state=ShadowState.LIVE)
    open_ones = pairs.exclude(item__status_category="done")
    keys = dict(open_ones.values_list("remote_id", "remote_key"))
    why = f"Its sprint “{sprint.name}” was closed in Jira."
    inbox.read_again(project, keys, dict.fromkeys(keys, why), faults=0)


def place(project_id: uuid.UUID) -> int:
    """Give items of this project the iteration that their sprint has become; how many moved.

    Only items whose iteration nobody has changed on the board since: theirs wait to be pushed.
    """
    moved = 0
    project = MappedProject.objects.filter(pk=project_id).first()
    links = links_met_in(project).select_related("team") if project else ()
    for link in links:
        placed = _place_one(project_id, link)
        if placed:
            point("place.placed")
        moved += placed
    return moved


@transaction.atomic
def _place_one(project_id: uuid.UUID, link: SprintLink) -> int:
    wanted = str(link.iteration_id)
    read_there = Shadow.objects.filter(
        project=project_id, sprint_ref=link.sprint_id, state=ShadowState.LIVE
    )
    if link.sprint_state == CLOSED:  # what was not done was carried over, whatever was read before
        read_there = read_there.filter(item__status_category="done")
    waiting = list(read_there.exclude(item__iteration=link.iteration_id))
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
