"""What one transaction of the board's verbs leaves behind: Changes for Jira, events for followers, hints.

A verb notes what it did and flushes once, last. Must not be used by planning.inbound_writes: what came from
Jira is not sent back.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, Final

from celery import current_app
from django.utils import timezone

from accounts.audit import SYSTEM
from accounts.models import User
from almconnect.lib.enqueue import enqueue
from connections.models import MappedProject
from planning.feed import event, tell
from planning.models import BoardEvent, Change, ChangeKind, Comment, Link, SyncState, WorkItem

PUSH: Final = "sync.push"  # the task's name: planning must not import sync


class Outbox:
    """Collects in memory; `flush` writes in the caller's transaction."""

    def __init__(self, actor: User | None) -> None:
        self.actor = actor
        self.actor_name = str(actor)[:150] if actor else SYSTEM
        self._changes: list[Change] = []
        self._events: list[BoardEvent] = []
        self._connections: dict[uuid.UUID, None] = {}

    def note_item(
        self, kind: ChangeKind, item: WorkItem, fields: dict[str, Any], before: dict[str, Any]
    ) -> None:
        """The item was created, edited or deleted: its state says so, and Jira is to hear of it."""
        mark_item(item)
        if item.project is not None:
            self._queue(item.project, kind=kind, item=item, fields=fields, before=before)
        told = {"create": "created", "edit": "updated", "delete": "deleted"}[kind.value]
        self._events.append(
            event(f"item.{told}", item.pk, item.version, fields, "board", self.actor_name)
        )

    def note_link(self, kind: ChangeKind, link: Link, project: MappedProject | None) -> None:
        """The link was drawn or removed; `project` is the one to tell, None where Jira need not know."""
        link.sync_state = SyncState.WAITING if project else SyncState.LOCAL_ONLY
        words = {"source": str(link.source_id), "target": str(link.target_id), "type": link.type}
        drawn = kind == ChangeKind.LINK
        if project is not None:
            fields, before = (words, {}) if drawn else ({}, words)
            self._queue(
                project, kind=kind, item=link.source, link=link, fields=fields, before=before
            )
        told = "created" if drawn else "deleted"
        self._events.append(event(f"link.{told}", link.pk, 1, words, "board", self.actor_name))

    def note_comment(
        self, what: str, comment: Comment, project: MappedProject | None, *, before: str
    ) -> None:
        """The comment was created, updated or deleted; `project` is the one to tell, None where Jira need
        not know. Marks the comment's item, which the caller saves.
        """
        if project is not None:
            mark_item(comment.item)
            fields = {} if what == "deleted" else {"comment": comment.body}
            was = {"comment": before} if before else {}
            self._queue(
                project,
                kind=ChangeKind.COMMENT,
                item=comment.item,
                comment=comment,
                fields=fields,
                before=was,
            )
        self._events.append(
            event(f"comment.{what}", comment.pk, 1, ("comment",), "board", self.actor_name)
        )

    def note_event(self, kind: str, object_id: uuid.UUID, fields: Iterable[str]) -> None:
        """Something of the board's structure changed, which Jira does not know: a team, a PI."""
        self._events.append(event(kind, object_id, 1, fields, "board", self.actor_name))

    def flush(self) -> None:
        """Write everything; call it last in the transaction. Workers are woken after the commit."""
        Change.objects.bulk_create(self._changes, batch_size=500)
        tell(self._events)
        for connection_id in self._connections:
            enqueue(current_app.signature(PUSH), connection_id)

    def _queue(self, project: MappedProject, **values: Any) -> None:
        self._changes.append(
            Change(project=project, actor=self.actor, actor_name=self.actor_name, **values)
        )
        self._connections[project.connection_id] = None


def mark_item(item: WorkItem) -> None:
    """The item waits for Jira, or stays on the board where it has no project."""
    item.sync_state = SyncState.WAITING if item.project_id else SyncState.LOCAL_ONLY
    item.sync_detail = ""
    item.sync_at = timezone.now()
