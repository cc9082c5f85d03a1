"""Sending comments: what people wrote, changed and took away here, as comments of the service user in Jira.

A comment's changes fold into one write, of the comment as it is now. A new one is claimed first and
carries its id here as an entity property, so that one whose answer was lost is looked for and never
written twice (`lost_comments`). Before one is changed, it is read: what somebody has changed in Jira
meanwhile is not written over.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.utils import timezone

from connections.models import Connection
from jira_client.client import JiraClient
from jira_client.errors import JiraError, NotFound
from jira_client.values import Comment as JiraComment
from planning import feed, inbound_comments
from planning.models import Change, ChangeState, Comment, WorkItem
from sync.core import comments
from sync.core.retry import Verdict
from sync.models import COMMENTS_UNREAD, Shadow
from sync.outbound import lost_comments
from sync.outbox import change_queue, refusals, ways_out
from sync.outbox.poisoned_items import isolated
from sync.pairs import states
from sync.pairs.references import live_pair
from sync.pairs.trace import note
from sync.worker.failpoints import point
from sync.worker.work_slot import Shift

NOT_SENT: Final = "Kept on the board only: comments of this project are not sent to Jira."
NEVER_THERE: Final = "Taken away before Jira had it."
_SHOWN = 300  # characters of a text that a message quotes


def send_comments(
    connection: Connection, jira: JiraClient, changes: Sequence[Change], shift: Shift
) -> None:
    """Bring the comments of these changes to Jira as they are here now, one after the other.

    Raises JiraError where the connection as a whole failed, LeaseLost.
    """
    by_comment: dict[uuid.UUID | None, list[Change]] = {}
    for change in changes:
        by_comment.setdefault(change.comment_id, []).append(change)
    for rows in by_comment.values():
        if shift.over:
            return
        with isolated(connection, rows, shift):
            _send(connection, jira, rows, shift)


def _send(connection: Connection, jira: JiraClient, rows: list[Change], shift: Shift) -> None:
    ids = [change.pk for change in rows]
    last = rows[-1]
    comment, pair = last.comment, live_pair(last.item_id)
    if comment is None:
        change_queue.drop(ids, "The comment is gone.")
        return
    if pair is None:
        change_queue.settle(ids, states.ALONE)
        return
    if not last.project.sends_comments:
        change_queue.settle(ids, NOT_SENT)
        return
    comment.refresh_from_db()
    away = any(change.takes_comment_away for change in rows)
    if not comment.remote_id and lost_comments.in_doubt(comment, rows):
        if not lost_comments.look(connection, jira, pair, comment, rows, shift):
            return
        comment.refresh_from_db()
    if not comment.remote_id and (away or comment.deleted is not None):
        change_queue.settle(ids, NEVER_THERE)
    elif not comment.remote_id:
        _create(connection, jira, pair, comment, rows, shift)
    elif away:
        _delete(connection, jira, pair, comment, rows, shift)
    else:
        _edit(connection, jira, pair, comment, rows, shift)


def _claim(rows: Sequence[Change], shift: Shift, text: str) -> None:
    """Right before the call, with what it says. Raises LeaseLost: then nothing may be sent."""
    with transaction.atomic():
        shift.guard()
        for change in rows:
            change.sent = {lost_comments.SENT: text}
        Change.objects.bulk_update(rows, ["sent"])
        change_queue.claim([change.pk for change in rows])
    point("comment.claimed")
    shift.check()


def _create(
    connection: Connection,
    jira: JiraClient,
    pair: Shadow,
    comment: Comment,
    rows: list[Change],
    shift: Shift,
) -> None:
    text = comments.composed(comment.author_name, comment.body)
    _claim(rows, shift, text)
    try:
        there = jira.comments.add(pair.remote_id, text, comments.mark(str(comment.pk)))
    except JiraError as problem:
        _failed(connection, jira, rows, problem, creating=True)
        return
    point("comment.sent")
    _settle(connection, comment, rows, shift, there, text, "Comment written.")


def _edit(
    connection: Connection,
    jira: JiraClient,
    pair: Shadow,
    comment: Comment,
    rows: list[Change],
    shift: Shift,
) -> None:
    text = comments.composed(comment.author_name, comment.body)
    try:
        there = jira.comments.get(pair.remote_id, comment.remote_id)
    except NotFound:
        _gone(connection, comment, rows, shift)
        return
    except JiraError as problem:
        _failed(connection, jira, rows, problem)
        return
    raw = there.body or ""
    if comments.is_text(there, text):  # by a worker that died, or by a person there
        _settle(connection, comment, rows, shift, there, raw, "Jira says the same.")
        return
    if raw != comment.remote_body:
        _edited_there(connection, comment, raw, rows, shift)
        return
    _claim(rows, shift, text)
    try:
        there = jira.comments.edit(pair.remote_id, comment.remote_id, text)
    except NotFound:
        _gone(connection, comment, rows, shift)
        return
    except JiraError as problem:
        _failed(connection, jira, rows, problem)
        return
    point("comment.edited")
    _settle(connection, comment, rows, shift, there, text, "Comment changed.")


def _delete(
    connection: Connection,
    jira: JiraClient,
    pair: Shadow,
    comment: Comment,
    rows: list[Change],
    shift: Shift,
) -> None:
    _claim(rows, shift, "")
    words = "Comment deleted."
    try:
        jira.comments.delete(pair.remote_id, comment.remote_id)
    except NotFound:
        words = "Already gone from Jira."  # the comment, or the issue with all of them
    except JiraError as problem:
        _failed(connection, jira, rows, problem)
        return
    point("comment.deleted")
    with transaction.atomic():
        shift.guard()
        WorkItem.objects.filter(pk=comment.item_id).locked().first()
        standing = Comment.objects.live().filter(
            pk=comment.pk
        )  # again, since Jira refused it before
        feed.tell(inbound_comments.vanish(standing))
        Comment.objects.filter(pk=comment.pk).update(confirmed=timezone.now())
        _finish(connection, comment, rows, words)
    point("comment.settled")


def _settle(
    connection: Connection,
    comment: Comment,
    rows: list[Change],
    shift: Shift,
    there: JiraComment,
    text: str,
    words: str,
) -> None:
    """`text`: what it says where the answer does not."""
    with transaction.atomic():
        shift.guard()
        told = there.body or text
        inbound_comments.hold(comment, there.id, told, there.author_id, edited_in_jira=False)
        _finish(connection, comment, rows, words)
    point("comment.settled")


def _finish(connection: Connection, comment: Comment, rows: list[Change], words: str) -> None:
    """What was parked of the comment before goes with this, whatever it was. No listing since then has been
    read: the next one counts even if it is the one of before, from which our comment is gone again.
    """
    Shadow.objects.filter(item=comment.item_id).update(comments=COMMENTS_UNREAD)
    change_queue.settle([change.pk for change in rows], words)
    earlier = Change.objects.filter(comment=comment, state=ChangeState.PARKED)
    change_queue.drop(list(earlier.values_list("pk", flat=True)), "Sent since.")
    note(connection, "send", "done", words, item=rows[-1].item, change=rows[-1])


def _gone(connection: Connection, comment: Comment, rows: list[Change], shift: Shift) -> None:
    """Deleted in Jira while it was changed here: what was written here is not lost with it."""
    words = (
        "The comment was deleted in Jira while it was changed here. Write it there again, keep it on "
        "the board alone, or delete it here too."
    )
    _park(connection, comment, rows, ways_out.COMMENT_GONE, words, shift)


def _edited_there(
    connection: Connection, comment: Comment, raw: str, rows: list[Change], shift: Shift
) -> None:
    told = comments.without_author(comment.author_name, raw)[:_SHOWN]
    words = (
        f"The comment was changed in Jira as well. There it says: “{told}”. Take that, or send this "
        "again: then it stands in Jira instead."
    )
    _park(connection, comment, rows, ways_out.EDITED_THERE, words, shift, remote_body=raw)


def _park(
    connection: Connection,
    comment: Comment,
    rows: list[Change],
    code: str,
    words: str,
    shift: Shift,
    **columns: str,
) -> None:
    with transaction.atomic():
        shift.guard()
        if columns:
            Comment.objects.filter(pk=comment.pk).update(**columns)
        _fold(rows)
        change_queue.park([rows[-1].pk], code, words)
        note(connection, "send", "refused", words, item=rows[-1].item, change=rows[-1], code=code)
    point("comment.parked")


def _fold(rows: list[Change]) -> None:
    """One comment waits for a person once."""
    change_queue.drop([change.pk for change in rows[:-1]], "Goes with what was written later.")
    comment = rows[-1].comment_id
    earlier = Change.objects.filter(comment=comment, state=ChangeState.PARKED)
    ids = earlier.exclude(pk=rows[-1].pk).values_list("pk", flat=True)
    change_queue.drop(list(ids), "Tried again since.")


def _failed(
    connection: Connection,
    jira: JiraClient,
    rows: list[Change],
    problem: JiraError,
    *,
    creating: bool = False,
) -> None:
    """Later, or parked with Jira's words; a new comment that may be there is looked for first.

    Raises the error again where it is not about this comment.
    """
    error = refusals.judged(jira, problem)
    attempts = max(change.attempts for change in rows) + 1
    decision = change_queue.judge(error, attempts, creating=creating)
    if decision.verdict is Verdict.LOOK_FIRST:
        lost_comments.await_look(connection, rows, error)
    else:
        with transaction.atomic():
            _put_aside(connection, rows, error)
    point("comment.refused")
    if refusals.of_connection(error):
        raise error


def _put_aside(connection: Connection, rows: list[Change], error: JiraError) -> None:
    verdict = change_queue.set_aside(connection, rows[-1], error)
    if verdict is not Verdict.NEVER:
        ids = [change.pk for change in rows[:-1]]
        change_queue.postpone(ids, change_queue.pause(rows[-1].attempts + 1), str(error))
        return
    _fold(rows)
    comment = rows[-1].comment
    if rows[-1].takes_comment_away and comment is not None:
        # Jira keeps it, so it stands here again until a person decides.
        columns = {"deleted": None}
        WorkItem.objects.filter(pk=comment.item_id).locked().first()
        feed.tell(inbound_comments.change({comment: columns}))
