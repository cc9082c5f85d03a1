"""A work item as the board shows it: what is read of it, and what of that a card tells."""

from __future__ import annotations

import datetime
import uuid
from functools import cache
from typing import NamedTuple

from django.urls import reverse

from connections.models import Direction, MappedProject


class Planned(NamedTuple):
    """What a board reads of a work item: a plain row, since making a thousand items takes longer."""

    pk: uuid.UUID
    project_id: uuid.UUID | None
    type: str
    summary: str
    status: str
    status_category: str
    story_points: float | None
    assignee_id: str
    assignee_name: str
    team_id: uuid.UUID | None
    iteration_id: uuid.UUID | None
    rank: str
    version: int
    created: datetime.datetime
    remote_key: str
    sync_state: str
    sync_detail: str
    flagged: bool


class Card(NamedTuple):
    """A plain row too: what is shown is kept by it, so that each look makes and hashes a thousand."""

    id: uuid.UUID
    type: str
    summary: str
    key: str
    url: str
    points: float | None
    status: str
    category: str
    assignee: str
    state: str
    detail: str
    version: int
    movable: bool
    flagged: bool

    @property
    def address(self) -> str:
        """The item's page; not reversed for each of a thousand cards."""
        return f"{_items_address()}{self.id}/"

    @property
    def initials(self) -> str:
        words = self.assignee.replace(".", " ").split()
        return "".join(word[0] for word in words[:2]).upper()


def card_of(item: Planned, project: MappedProject | None) -> Card:
    """`project`: the item's, where it has one."""
    linked = item.remote_key and project is not None
    return Card(
        id=item.pk,
        type=item.type,
        summary=item.summary,
        key=item.remote_key,
        url=f"{project.connection.site_url}/browse/{item.remote_key}" if linked and project else "",
        points=item.story_points,
        status=item.status,
        category=item.status_category,
        assignee=item.assignee_name or item.assignee_id,
        state=item.sync_state,
        detail=item.sync_detail,
        version=item.version,
        movable=project is None or project.direction != Direction.FROM_JIRA,
        flagged=item.flagged,
    )


@cache
def _items_address() -> str:
    return reverse("planning:list")
