"""Jira's writes on comments: the same rows as `comment_editing`, with no Change, so nothing echoes back.

Called by sync inside its own transaction, with the items locked. Callers collect the events these verbs
return and `feed.tell` them last. Nothing here judges what is right: sync has decided.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.utils import timezone

from almconnect.lib import bulk_rows
from planning.feed import event
from planning.models import BoardEvent, Comment

FIELD: Final = "comment"  # in events


def insert(comments: Sequence[Comment]) -> list[BoardEvent]:
    """Comments that Jira brought."""
    bulk_rows.insert(comments)
    return [_event("created", one) for one in comments]


def change(comments: Mapping[Comment, Mapping[str, Any]]) -> list[BoardEvent]:
    """Comments with the columns that Jira changed; what people see of it is told, no more."""
    events = []
    for comment, columns in comments.items():
        seen = {name for name, value in columns.items() if getattr(comment, name) != value}
        for name, value in columns.items():
            setattr(comment, name, value)
        Comment.objects.filter(pk=comment.pk).update(**columns)
        if "deleted" in seen:
            events.append(_event("created" if comment.deleted is None else "deleted", comment))
        elif "body" in seen:
            events.append(_event("updated", comment))
    return events


def vanish(comments: Iterable[Comment]) -> list[BoardEvent]:
    """Comments that Jira holds no more."""
    gone, now = list(comments), timezone.now()
    Comment.objects.filter(pk__in=[one.pk for one in gone]).update(deleted=now)
    return [_event("deleted", one) for one in gone]


def hold(comment: Comment, remote_id: str, text: str, author_id: str, **more: Any) -> None:
    """Jira holds this comment of ours, under our account's id, with this whole text, by its own word of
    now. Another one that had this number before is not it: Jira was put back.
    """
    others = Comment.objects.filter(item=comment.item_id, remote_id=remote_id)
    part(others.exclude(pk=comment.pk))
    Comment.objects.filter(pk=comment.pk).update(
        remote_id=remote_id,
        remote_body=text,
        author_remote_id=author_id[:255],
        confirmed=timezone.now(),
        **more,
    )


def loosen(items: Sequence[uuid.UUID]) -> None:
    """The ids of these items' comments are of another Jira: they are found again by their texts."""
    Comment.objects.filter(item__in=items).exclude(remote_id="").update(
        remote_id="", confirmed=None
    )


def part(comments: Iterable[Comment]) -> None:
    """Jira holds these no more, and nobody looks for them there: they stay here. Nothing that people see
    of them changes.
    """
    Comment.objects.filter(pk__in=[one.pk for one in comments]).update(
        remote_id="", remote_body="", confirmed=None, edited_in_jira=False
    )


def _event(what: str, comment: Comment) -> BoardEvent:
    return event(f"comment.{what}", comment.pk, 1, (FIELD,), "jira", comment.author_name)
