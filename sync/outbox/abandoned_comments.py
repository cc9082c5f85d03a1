"""What a person decides about a comment that does not go on by itself, and comments of an item that gets
another issue.

Call it in a transaction, with the item and its pair locked, in this order. It must not ask Jira: what
Jira holds is what the comment last showed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from connections.models import MappedProject
from planning import feed, inbound_comments
from planning.models import Change, ChangeKind, ChangeState, Comment, WorkItem
from sync.core import comments
from sync.models import COMMENTS_UNREAD, Shadow
from sync.outbox import change_queue
from sync.webhook import inbox

_FOR_PEOPLE: Final = ("comment_edited_there", "comment_gone_there", "outcome_unknown")
_DECIDE: Final = (
    "This waited for a decision when the issue went from Jira. It is there again: decide now."
)
_KEPT: Final = "Given up: the comment stays as it is here."


def go(change: Change, shadow: Shadow | None, way: str) -> None:
    """Go a way out of a parked comment: *keep*, *jira*, *restore* or *delete* (`ways_out.Way`)."""
    comment = change.comment
    if comment is None:
        _end(change, "The comment is gone.")
        return
    match way:
        case "restore":
            inbound_comments.part([comment])
            _drop_others(change)
            Change.objects.filter(pk=change.pk).update(
                state=ChangeState.WAITING,
                code="",
                message="",
                due=timezone.now(),
                attempts=0,
                settled=None,
            )
            return
        case "jira":
            body = comments.without_author(comment.author_name, comment.remote_body)
            columns = {"body": body, "edited": timezone.now()}
            feed.tell(inbound_comments.change({comment: columns}))
            _end(change, "Given up: Jira's text was taken.")
        case "delete":
            feed.tell(inbound_comments.vanish([comment]))
            _end(change, "Deleted in Jira, so deleted here.")
        case _:
            if change.code == "comment_gone_there":
                inbound_comments.part([comment])
            _end(change, _KEPT)
    if shadow is not None:
        read_again(shadow)


def read_again(shadow: Shadow) -> None:
    """What was left aside while a comment waited is read now."""
    Shadow.objects.filter(pk=shadow.pk).update(comments=COMMENTS_UNREAD)
    if shadow.project is not None and shadow.project.reads_comments:
        words = {shadow.remote_id: "Its comments are read once more."}
        inbox.read_again(shadow.project, {shadow.remote_id: shadow.remote_key}, words, faults=0)


def send_dropped(items: Iterable[object]) -> None:
    """Comments of items whose issues are there again: what was written, changed or deleted while nothing
    could be told to Jira is told now, and what waited for a person waits again. Of each the last change
    counts, for a comment is sent as it stands; one that was deleted before Jira had it is let go of.
    """
    later = Change.objects.filter(comment=OuterRef("comment"), pk__gt=OuterRef("pk"))
    rows = Change.objects.filter(
        ~Exists(later),
        Q(comment__deleted=None) | ~Q(comment__remote_id=""),
        item__in=list(items),
        kind=ChangeKind.COMMENT,
        state=ChangeState.DROPPED,
        message__in=(change_queue.UNLINKED, change_queue.GONE),
    )
    decide = rows.filter(code__in=_FOR_PEOPLE)
    decide.update(state=ChangeState.PARKED, message=_DECIDE, due=timezone.now())
    again = {"state": ChangeState.WAITING, "code": "", "message": "", "attempts": 0}
    rows.update(**again, due=timezone.now(), settled=None)


def write_again(item: WorkItem, project: MappedProject, actor: User) -> None:
    """The item gets a new issue: what was written here goes there; what people wrote in the old one stays
    here, where it can still be read.
    """
    inbound_comments.part(Comment.objects.filter(item=item))
    if not project.sends_comments:
        return
    Change.objects.bulk_create(
        Change(
            project=project,
            item=item,
            comment=comment,
            kind=ChangeKind.COMMENT,
            fields={"comment": comment.body},
            actor=actor,
            actor_name=str(actor)[:150],
        )
        for comment in Comment.objects.live().filter(item=item, from_jira=False).oldest_first()
    )


def _end(change: Change, words: str) -> None:
    _drop_others(change)
    Change.objects.filter(pk=change.pk).update(
        state=ChangeState.DROPPED, message=words, settled=timezone.now()
    )


def _drop_others(change: Change) -> None:
    """All that was parked of the comment waits for the one decision."""
    rows = Change.objects.filter(comment=change.comment_id, state=ChangeState.PARKED)
    rows.exclude(pk=change.pk).update(
        state=ChangeState.DROPPED, message="Decided with another change.", settled=timezone.now()
    )
