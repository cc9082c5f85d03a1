"""What people and the API do to comments: row, Change and event in one transaction.

What Jira says is planning.inbound_comments's. A comment is changed by who wrote it, here, and by nobody
else: those of other people in Jira are theirs.
"""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import CONNECT
from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import CommentDirection, MappedProject
from planning import rules
from planning.item_editing import NotThere
from planning.models import Comment, WorkItem
from planning.outbox import Outbox

LONGEST: Final = (
    32_000  # characters: Jira takes 32,767 by default, and the author's name goes before it
)


class NoComment(Refused):
    """The comment does not exist, or not any more."""

    def __init__(self) -> None:
        super().__init__(
            _("There is no such comment. It may have been deleted."), code="not_found", status=404
        )


def add_comment(item_id: uuid.UUID, body: Any, *, actor: User) -> Comment:
    """A new comment; it goes to Jira where the item's mapping sends comments, else it stays here.

    Raises Refused 404, 409 (read-only) and 422.
    """
    text = _fit(body)
    with transaction.atomic():
        item = _locked(item_id)
        _refuse_from_jira(item.project)
        comment = Comment(item=item, author=actor, author_name=str(actor)[:255], body=text)
        comment.save(force_insert=True)
        outbox = Outbox(actor)
        outbox.note_comment("created", comment, _teller(item), before="")
        _flush(outbox, item)
    return comment


def edit_comment(comment_id: uuid.UUID, body: Any, *, actor: User) -> Comment:
    """Another text for a comment of one's own; what is equal already writes nothing.

    Raises Refused 403 (somebody else's), 404, 409 (read-only, or edited in Jira since) and 422.
    """
    text = _fit(body)
    with transaction.atomic():
        comment, item = _found(comment_id)
        _refuse_others(comment, actor)
        _refuse_from_jira(item.project)
        _refuse_unsent(comment, item.project)
        if comment.edited_in_jira:
            raise Refused(
                _(
                    "Somebody has changed this comment in Jira since, where it may hold what cannot be "
                    "written here. Change it there."
                ),
                code="edited_in_jira",
                status=409,
            )
        if comment.body == text:
            return comment
        before, comment.body, comment.edited = comment.body, text, timezone.now()
        comment.save(update_fields=["body", "edited"])
        outbox = Outbox(actor)
        outbox.note_comment("updated", comment, _teller_of(comment, item), before=before)
        _flush(outbox, item)
    return comment


def delete_comment(comment_id: uuid.UUID, *, actor: User) -> Comment:
    """Take a comment of one's own away, here and in Jira; an admin may take away those of others here.

    Raises Refused 403 (somebody else's, or one of Jira's), 404 and 409.
    """
    with transaction.atomic():
        comment, item = _found(comment_id)
        _refuse_others(comment, actor, even_of_others=actor.role in CONNECT)
        _refuse_from_jira(item.project)
        _refuse_unsent(comment, item.project)
        comment.deleted = timezone.now()
        comment.save(update_fields=["deleted"])
        outbox = Outbox(actor)
        outbox.note_comment("deleted", comment, _teller_of(comment, item), before=comment.body)
        _flush(outbox, item)
    return comment


def may_edit(comment: Comment, actor: User) -> bool:
    """Whether the comment is this person's own to change."""
    return not comment.from_jira and comment.author_id == actor.pk and not comment.edited_in_jira


def may_delete(comment: Comment, actor: User) -> bool:
    """Whether this person may take the comment away."""
    return not comment.from_jira and (comment.author_id == actor.pk or actor.role in CONNECT)


def refused_for(project: MappedProject | None) -> str:
    """Why nobody writes comments here on the project's items; empty where people do."""
    try:
        _refuse_from_jira(project)
    except Refused as refusal:
        return refusal.message
    return ""


def _fit(body: Any) -> str:
    try:
        text = rules.text(body, LONGEST, lines=True).strip()
    except rules.Unfit as problem:
        raise Refused(str(problem), fields={"body": [str(problem)]}) from problem
    if not text:
        words = _("Write something.")
        raise Refused(words, fields={"body": [words]})
    return text


def _locked(item_id: uuid.UUID) -> WorkItem:
    rows = WorkItem.objects.live().filter(pk=item_id).select_related("project__connection")
    item = rows.locked().first()
    if item is None:
        raise NotThere
    return item


def _found(comment_id: uuid.UUID) -> tuple[Comment, WorkItem]:
    """The comment with its item, which is locked first, as everywhere."""
    place = Comment.objects.live().filter(pk=comment_id).values_list("item_id", flat=True).first()
    if place is None:
        raise NoComment
    item = _locked(place)
    comment = Comment.objects.live().filter(pk=comment_id).first()
    if comment is None:
        raise NoComment
    comment.item = item
    return comment, item


def _refuse_others(comment: Comment, actor: User, *, even_of_others: bool = False) -> None:
    if comment.from_jira:
        words = _("This comment was written in Jira. It is changed there, by who wrote it.")
        raise Refused(words, code="not_yours", status=403)
    if comment.author_id != actor.pk and not even_of_others:
        words = _("This comment is somebody else's.")
        raise Refused(words, code="not_yours", status=403)


def _refuse_from_jira(project: MappedProject | None) -> None:
    rules.refuse_read_only(project)
    if project is not None and project.comments == CommentDirection.FROM_JIRA:
        words = _(
            "Project %(key)s takes comments from Jira only. Write it there, or let somebody set the "
            "project's comments to “Both ways”."
        ) % {"key": project.key}
        raise Refused(words, code="read_only", status=409)


def _refuse_unsent(comment: Comment, project: MappedProject | None) -> None:
    """What Jira holds must not become another here without a word."""
    if comment.remote_id and project is not None and not project.sends_comments:
        words = _(
            "Comments of %(key)s are not sent to Jira now, and Jira holds this one. Change it there, or "
            "let somebody set the project's comments to “Both ways”."
        ) % {"key": project.key}
        raise Refused(words, code="read_only", status=409)


def _teller(item: WorkItem) -> MappedProject | None:
    """The project whose Jira is to hear of comments on the item; None where they stay here."""
    project = item.project
    return project if project is not None and project.sends_comments else None


def _teller_of(comment: Comment, item: WorkItem) -> MappedProject | None:
    """Nobody, for a comment that was written while comments were not sent: it stays here."""
    return _teller(item) if _is_told(comment) else None


def _is_told(comment: Comment) -> bool:
    """Whether Jira holds the comment, or is about to."""
    if comment.remote_id:
        return True
    return comment.changes.exclude(state__in=("settled", "dropped")).exists()


def _flush(outbox: Outbox, item: WorkItem) -> None:
    item.save(update_fields=["sync_state", "sync_detail", "sync_at"])
    outbox.flush()
