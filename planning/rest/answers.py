"""What the board's calls answer: the fields of each answer, and how they come from the rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import Field

from almconnect.lib.api import Answer, Page, Refused, words
from planning.comment_states import Standing
from planning.fields import value_of
from planning.models import Attachment, BoardEvent, Comment, CustomField, Link, WorkItem
from planning.own_projects import Leaving
from planning.structure_editing import Part, show_part

SyncWord = Annotated[str, words("synced", "waiting", "parked", "conflict", "local_only", "gone")]


class Who(Answer):
    id: str
    name: str

    @classmethod
    def of(cls, item: WorkItem, field: str) -> Self | None:
        """`field`: assignee or reporter. None where nobody is."""
        found = value_of(item, field)
        return cls(**found) if found else None


class RemoteOut(Answer):
    """All null until Jira has it."""

    id: str | None
    key: str | None
    url: str | None


class SyncOut(Answer):
    state: SyncWord
    detail: str
    at: datetime | None


class ItemOut(Answer):
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
    fix_versions: list[str]
    components: list[str]
    start_date: date | None
    due_date: date | None
    custom: dict[str, Any] = Field(
        description="Id of each field of the customer's choice to its value, as its kind has it."
    )
    original_estimate: int | None = Field(description="Working time in seconds.")
    remaining_estimate: int | None = Field(description="Working time in seconds.")
    flagged: bool = Field(description="Whether work is held up: Jira's flag “Impediment”.")

    @classmethod
    def of(cls, item: WorkItem) -> Self:
        """Needs `project__connection` selected."""
        return cls(
            id=str(item.pk),
            project=str(item.project_id) if item.project_id else None,
            type=item.type,
            summary=item.summary,
            description=item.description,
            status=item.status,
            status_category=item.status_category,
            story_points=item.story_points,
            wsjf=item.wsjf,
            assignee=Who.of(item, "assignee"),
            reporter=Who.of(item, "reporter"),
            labels=list(item.labels),
            priority=item.priority,
            parent=str(item.parent_id) if item.parent_id else None,
            team=str(item.team_id) if item.team_id else None,
            iteration=str(item.iteration_id) if item.iteration_id else None,
            rank=item.rank,
            remote=RemoteOut(
                id=item.remote_id or None,
                key=item.remote_key or None,
                url=item.remote_url or None,
            ),
            sync=SyncOut(state=item.sync_state, detail=item.sync_detail, at=item.sync_at),
            created=item.created,
            updated=item.updated,
            version=item.version,
            fix_versions=list(item.fix_versions),
            components=list(item.components),
            start_date=item.start_date,
            due_date=item.due_date,
            custom=dict(item.custom),
            original_estimate=item.original_estimate,
            remaining_estimate=item.remaining_estimate,
            flagged=item.flagged,
        )


class ItemsOut(Page[ItemOut]):
    pass


class RefusalOut(Answer):
    status: int
    code: str
    message: str
    fields: dict[str, list[str]]

    @classmethod
    def of(cls, refused: Refused) -> Self:
        return cls(
            status=refused.status,
            code=refused.code,
            message=refused.message,
            fields=refused.fields,
        )


class BulkRowOut(Answer):
    """One row's result, in the order sent: `id` and `item` where it was stored, else `error`."""

    id: str = ""
    item: ItemOut | None = None
    error: RefusalOut | None = None

    @classmethod
    def of(cls, result: WorkItem | Refused) -> Self:
        if isinstance(result, Refused):
            return cls(error=RefusalOut.of(result))
        return cls(id=str(result.pk), item=ItemOut.of(result))


class BulkOut(Answer):
    items: list[BulkRowOut]


class LinkRemoteOut(Answer):
    id: str | None


class LinkSyncOut(Answer):
    state: SyncWord
    detail: str


class LinkOut(Answer):
    id: str
    source: str
    target: str
    type: str
    remote: LinkRemoteOut
    sync: LinkSyncOut
    created: datetime

    @classmethod
    def of(cls, link: Link) -> Self:
        return cls(
            id=str(link.pk),
            source=str(link.source_id),
            target=str(link.target_id),
            type=link.type,
            remote=LinkRemoteOut(id=link.remote_id or None),
            sync=LinkSyncOut(state=link.sync_state, detail=link.sync_detail),
            created=link.created,
        )


class LinksOut(Page[LinkOut]):
    pass


class CommentAuthorOut(Answer):
    id: str | None
    name: str


class CommentOut(Answer):
    """`author.id`: of a person in Jira its id there, else null."""

    id: str
    item: str
    author: CommentAuthorOut
    from_jira: bool
    body: str = Field(description="Wiki text; empty where it cannot be shown here.")
    created: datetime
    edited: datetime | None
    remote: LinkRemoteOut
    sync: LinkSyncOut

    @classmethod
    def of(cls, comment: Comment, standing: Standing) -> Self:
        return cls(
            id=str(comment.pk),
            item=str(comment.item_id),
            author=CommentAuthorOut(id=comment.author_remote_id or None, name=comment.author_name),
            from_jira=comment.from_jira,
            body=comment.body,
            created=comment.created,
            edited=comment.edited,
            remote=LinkRemoteOut(id=comment.remote_id or None),
            sync=LinkSyncOut(state=standing.state, detail=standing.detail),
        )


class CommentsOut(Page[CommentOut]):
    pass


class AttachmentOut(Answer):
    """A file in Jira; `/attachments/{id}/content` is what is in it."""

    id: str
    item: str
    filename: str
    size: int = Field(description="Bytes.")
    kind: str = Field(description="The MIME type, as Jira says it.")
    author: str
    created: datetime | None
    remote: LinkRemoteOut

    @classmethod
    def of(cls, row: Attachment) -> Self:
        return cls(
            id=str(row.pk),
            item=str(row.item_id),
            filename=row.filename,
            size=row.size,
            kind=row.kind,
            author=row.author_name,
            created=row.created,
            remote=LinkRemoteOut(id=row.remote_id),
        )


class AttachmentsOut(Page[AttachmentOut]):
    pass


class EventOut(Answer):
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
    comment: str | None

    @classmethod
    def of(cls, event: BoardEvent) -> Self:
        """`item`, `link` or `comment` repeats the object's id where the event is about one."""
        about, _, what = event.kind.partition(".")
        key = str(event.object_id)
        return cls(
            id=event.pk,
            at=event.at,
            kind=event.kind,
            object=key,
            item=key if about == "item" else None,
            link=key if about == "link" else None,
            deleted=what == "deleted",
            version=event.version,
            fields=list(event.fields),
            origin=event.origin,
            actor=event.actor_name,
            comment=key if about == "comment" else None,
        )


class EventsOut(Answer):
    items: list[EventOut]
    next: str


class PartOut(Answer):
    id: str
    name: str

    @classmethod
    def of(cls, kind: str, part: Part) -> Self:
        """As the audit trail says it."""
        return cls.model_validate(show_part(kind, part))


class TrainOut(PartOut):
    project: str | None
    projects: list[str] = Field(description="All of its own; `project` is the first of them.")


class ArtOut(PartOut):
    train: str | None
    project: str | None = Field(description="Where new features go unless somebody says otherwise.")
    projects: list[str] = Field(description="All of its own; `project` is the first of them.")


class LeavingOut(Answer):
    """What follows where a project is taken from an ART or a solution train."""

    project: str
    applied: bool
    items: int = Field(description="Work items of the project; they stay, and in step with Jira.")
    loose: int = Field(description="Those without team and iteration: they leave the ART's board.")
    first: str | None = Field(description="The project to which new ones go afterwards.")
    orphaned: bool = Field(description="It then belongs to no team, ART or solution train.")
    words: str

    @classmethod
    def of(cls, found: Leaving, applied: bool) -> Self:
        return cls(
            project=str(found.project.pk),
            applied=applied,
            items=found.items,
            loose=found.loose,
            first=str(found.first.pk) if found.first else None,
            orphaned=found.orphaned,
            words=found.words,
        )


class TeamOut(PartOut):
    art: str | None
    project: str | None


class PiOut(PartOut):
    art: str | None
    start: date | None
    end: date | None


class FurtherSprintOut(Answer):
    team: str
    project: str
    sprint: int


class IterationOut(PartOut):
    pi: str
    index: int
    start: date | None
    end: date | None
    sprints: dict[str, int] = Field(description="Team id → sprint id.")
    drift: dict[str, dict[str, str]] = Field(
        description="Team id → where its sprint in Jira differs: name, start, end, state."
    )
    further_sprints: list[FurtherSprintOut] = Field(
        description="The sprints on the boards of further projects in which a team works."
    )


class CustomFieldOut(Answer):
    id: str
    name: str
    kind: Annotated[
        str,
        words("line", "text", "number", "date", "choice", "choices", "person", "labels", "url"),
    ]
    word: str = Field(description="Its name in `field_map` and in changes.")

    @classmethod
    def of(cls, row: CustomField) -> Self:
        return cls(id=str(row.pk), name=row.name, kind=row.kind, word=row.word)


class CustomFieldsOut(Page[CustomFieldOut]):
    pass
