"""Comments whose outcome is unknown: did Jira take it, or not?

The comments of the issue are read, which no index keeps back. One that carries our mark is it; where
Jira keeps no properties of comments, one of our account's that nobody knows and that says the same.
Asked twice, the second time when no call can be under way any more, before it is sent again; after the
third loss a person is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from django.db import transaction

from connections.models import Connection
from jira_client.client import JiraClient
from jira_client.errors import JiraError
from jira_client.values import Comment as JiraComment
from planning import inbound_comments
from planning.models import Change, ChangeState, Comment
from sync.core import comments
from sync.core.mapping import OPERATION_PROPERTY
from sync.models import Shadow
from sync.outbound.lost_creates import FIRST_LOOK, LOOK_AGAIN, LOOKS, TRIES
from sync.outbox import change_queue, refusals
from sync.outbox.ways_out import DOUBTFUL
from sync.pairs.trace import note
from sync.worker.failpoints import point
from sync.worker.work_slot import Shift

SENT: Final = "text"  # in Change.sent: the whole text that went out


def await_look(connection: Connection, rows: Sequence[Change], error: JiraError) -> None:
    """The answer to this new comment was lost."""
    message = change_queue.words_of(error)
    words = f"Jira's answer was lost; looking for the comment before sending it again. {message}"
    last = rows[-1]
    with transaction.atomic():
        _postpone(rows, FIRST_LOOK, words, error.code)
        note(connection, "send", "unknown", message, item=last.item, change=last, code=error.code)


def in_doubt(comment: Comment, rows: Sequence[Change]) -> bool:
    """Whether Jira may hold this comment: a worker died over it, its answer was lost, or was given up."""
    if comment.remote_body:  # it was in the Jira before the one that the connection leads to now
        return True
    if any(change.state in (ChangeState.SENDING, ChangeState.LOOKING) for change in rows):
        return True
    parked = Change.objects.filter(comment=comment, state=ChangeState.PARKED, code__in=DOUBTFUL)
    return parked.exists()


def look(
    connection: Connection,
    jira: JiraClient,
    pair: Shadow,
    comment: Comment,
    rows: Sequence[Change],
    shift: Shift,
) -> bool:
    """True if Jira holds it, which is then known, or does not for certain; False: a later look decides.

    Raises JiraError, after putting the look off, where the connection as a whole failed; LeaseLost.
    """
    try:
        there = _find(connection, jira, pair, comment)
    except JiraError as problem:
        error = refusals.judged(jira, problem)
        delay = change_queue.judge(error, max(one.attempts for one in rows) + 1).delay
        words = f"Could not look whether Jira has the comment: {change_queue.words_of(error)}"
        _postpone(rows, max(delay, FIRST_LOOK), words, rows[-1].code)
        if refusals.of_connection(error):
            raise error from problem
        return False
    if there is None:
        return _missed(connection, rows)
    untouched = there.updated == there.created
    with transaction.atomic():
        shift.guard()
        # Brought in as one of Jira's before it was known to be ours.
        twin = Comment.objects.filter(item=comment.item_id, remote_id=there.id, from_jira=True)
        twin.delete()
        # What somebody has changed since is then an edit of Jira's.
        raw = (there.body or "") if untouched else next(iter(_sent(comment)), "")
        inbound_comments.hold(comment, there.id, raw, there.author_id)
    point("comment.found")
    return True


def _find(
    connection: Connection, jira: JiraClient, pair: Shadow, comment: Comment
) -> JiraComment | None:
    known = set(
        Comment.objects.filter(item=comment.item_id, from_jira=False)
        .exclude(remote_id="")
        .values_list("remote_id", flat=True)
    )
    listed = jira.comments.of_issue(pair.remote_id, properties=True)
    strange = [one for one in listed if one.id not in known]
    moved = bool(comment.remote_body)
    texts = [comment.remote_body] if moved else _sent(comment)
    alike: JiraComment | None = None
    for one in strange:
        ours = moved or one.author_id == connection.account_id
        if one.properties is None and not ours:
            continue
        mark = _mark(jira, one)
        if mark == str(comment.pk):
            return one
        if (
            alike is None
            and not mark
            and ours
            and any(comments.is_text(one, text) for text in texts)
        ):
            alike = one
    return alike


def _sent(comment: Comment) -> list[str]:
    """The texts with which this comment was sent to Jira, the newest first."""
    rows = Change.objects.filter(comment=comment).exclude(sent={}).order_by("-pk")
    found = [sent.get(SENT, "") for sent in rows.values_list("sent", flat=True)]
    return [text for text in found if text]


def _mark(jira: JiraClient, there: JiraComment) -> str:
    properties = there.properties
    if properties is None:
        found = jira.comments.get_property(there.id, OPERATION_PROPERTY)
        properties = {OPERATION_PROPERTY: found} if isinstance(found, Mapping) else {}
    return comments.marked(properties)


def _missed(connection: Connection, rows: Sequence[Change]) -> bool:
    last = rows[-1]
    looks = max(int(one.code.partition("looked:")[2] or 0) for one in rows) + 1
    if looks < LOOKS:
        words = "Jira does not hold the comment yet; looking once more before it is sent again."
        _postpone(rows, LOOK_AGAIN, words, f"looked:{looks}")
        point("comment.missed")
        return False
    if max(one.attempts for one in rows) < TRIES:
        note(connection, "look", "later", "Not found in Jira.", item=last.item, change=last)
        return True
    message = (
        "Jira's answer to the comment was lost again and again. Look in Jira whether it is there, then "
        "send this again."
    )
    with transaction.atomic():
        change_queue.drop([one.pk for one in rows[:-1]], "Goes with what was written later.")
        change_queue.park([last.pk], "outcome_unknown", message)
        note(connection, "look", "unknown", message, item=last.item, change=last)
    return False


def _postpone(rows: Sequence[Change], seconds: float, words: str, code: str) -> None:
    change_queue.postpone(
        [one.pk for one in rows], seconds, words, code=code, state=ChangeState.LOOKING
    )
