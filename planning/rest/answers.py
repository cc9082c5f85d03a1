"""What the board's calls answer, for the API's document. The views build these in `shapes`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

SyncWord = Literal["synced", "waiting", "parked", "conflict", "local_only", "gone"]


class Who(Schema):
    id: str
    name: str


class RemoteOut(Schema):
    """All null until Jira has it."""

    id: str | None
    key: str | None
    url: str | None


class SyncOut(Schema):
    state: SyncWord
    detail: str
    at: datetime | None


class ItemOut(Schema):
    id: str
    project: str | None
    type: str
    summary: str
    description: str
    status: str
    status_category: str
    story_points: float | None
    wsjf: float | None
    assignee: Who | None
    reporter: Who | None
    labels: list[str]
    priority: str
    parent: str | None
    team: str | None
    iteration: str | None
    rank: str
    remote: RemoteOut
    sync: SyncOut
    created: datetime
    updated: datetime
    version: int = Field(description="Also the ETag; what Jira fills into a new item leaves it.")


class ItemsOut(Schema):
    items: list[ItemOut]
    next: str | None


class RefusalOut(Schema):
    status: int
    code: str
    message: str
    fields: dict[str, list[str]]


class BulkRowOut(Schema):
    """One row's result, in the order sent: `id` and `item` where it was stored, else `error`."""

    id: str = ""
    item: ItemOut | None = None
    error: RefusalOut | None = None


class BulkOut(Schema):
    items: list[BulkRowOut]


class LinkRemoteOut(Schema):
    id: str | None


class LinkSyncOut(Schema):
    state: SyncWord
    detail: str


class LinkOut(Schema):
    id: str
    source: str
    target: str
    type: str
    remote: LinkRemoteOut
    sync: LinkSyncOut
    created: datetime


class LinksOut(Schema):
    items: list[LinkOut]
    next: str | None


class EventOut(Schema):
    id: int
    at: datetime
    kind: str = Field(description="Such as item.created, item.updated, link.deleted, team.updated.")
    object: str
    item: str | None
    link: str | None
    deleted: bool
    version: int
    fields: list[str]
    origin: str
    actor: str


class EventsOut(Schema):
    items: list[EventOut]
    next: str


class PartOut(Schema):
    id: str
    name: str


class TrainOut(PartOut):
    project: str | None


class ArtOut(PartOut):
    train: str | None
    project: str | None


class TeamOut(PartOut):
    art: str | None
    project: str | None


class PiOut(PartOut):
    art: str | None
    start: date | None
    end: date | None


class IterationOut(PartOut):
    pi: str
    index: int
    start: date | None
    end: date | None
    sprints: dict[str, int] = Field(description="Team id → sprint id.")
    drift: dict[str, dict[str, str]] = Field(
        description="Team id → where its sprint in Jira differs: name, start, end, state."
    )
