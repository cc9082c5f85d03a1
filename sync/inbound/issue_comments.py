"""Comments of items, as the issues that were read list them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from almconnect.lib import bulk_rows
from almconnect.lib.ordered_id import ordered_id
from connections.models import MappedProject
from jira_client.values import Comment as JiraComment
from planning import inbound_comments
from planning.models import BoardEvent, Change, ChangeKind, ChangeState, Comment
from sync.core import comments
from sync.core.comments import Held, Listing
from sync.core.values import Rules, Seen
from sync.models import COMMENTS_UNREAD, Shadow
from sync.outbox.ways_out import DOUBTFUL
from sync.pairs.states import UNDER_WAY

if TYPE_CHECKING:
    Told = Sequence[tuple[Shadow, Seen]]
_COLUMNS = ("comments", "withheld")


def told(rules: Rules, pairs: Mapping[str, Shadow], seen: Iterable[Seen]) -> Told:
    """Of the issues that were read, those whose comments are not what they were at the read before."""
    if not rules.comments:
        return ()
    found = []
    for one in seen:
        pair = pairs.get(one.remote_id)
        if pair is None or (one.comments == () and not pair.comments):
            continue  # most issues: none then, none now
        if pair.comments != comments.digest(one.comments):
            found.append((pair, one))
    return found


def reconcile(
    project: MappedProject, pairs: Told, began: datetime, put_back: Collection[str] = ()
) -> list[BoardEvent]:
    """Make the board's comments equal to what these issues list, except where the board is ahead.

    `put_back`: issues that are older than they were, in a Jira that was put back. Call it with the items
    locked and the pairs saved. Nothing is asked where no listing is new.
    """
    if not pairs:
        return []
    account = project.connection.account_id
    items = [pair.item_id for pair, _seen in pairs]
    doubt, busy = _under_way(items)  # before the comments: what settles in between is then known
    rows: dict[uuid.UUID, list[Comment]] = {}
    for row in Comment.objects.filter(item__in=items).exclude(remote_id="", remote_body=""):
        rows.setdefault(row.item_id, []).append(row)
    new: list[Comment] = []
    changed: dict[Comment, Mapping[str, object]] = {}
    gone: list[Comment] = []
    parted: list[Comment] = []
    for pair, seen in pairs:
        held = {row.pk: row for row in rows.get(pair.item_id, ())}
        listing = (
            comments.compare(
                seen.comments,
                [_held(row, busy) for row in held.values()],
                began=began,
                account=account,
                doubt=pair.item_id in doubt,
                restored=seen.remote_id in put_back or _lost_unread(project, pair),
            )
            if seen.comments is not None
            else Listing()
        )
        new += [_row(pair.item_id, one) for one in listing.new]
        changed |= {held[key]: columns for key, columns in listing.changed.items()}
        gone += [held[key] for key in listing.gone]
        parted += [held[key] for key in listing.parted]
        pair.withheld = listing.withheld
        pair.comments = comments.digest(seen.comments) if listing.whole else COMMENTS_UNREAD
    bulk_rows.update([pair for pair, _seen in pairs], _COLUMNS)
    gone += [one for one in parted if one.from_jira]
    events = inbound_comments.vanish(gone)
    inbound_comments.part(parted)
    return [*events, *inbound_comments.change(changed), *inbound_comments.insert(new)]


def _lost_unread(project: MappedProject, pair: Shadow) -> bool:
    """Whether this listing may lack what a Jira that was put back has lost: no other one was taken in whole
    since, and the issue itself, which was not read after our comment, looks as it did before.
    """
    return pair.comments == COMMENTS_UNREAD and project.connection.restore_accepted is not None


def _under_way(items: Sequence[uuid.UUID]) -> tuple[set[uuid.UUID], set[uuid.UUID]]:
    """Items of which a comment may be in Jira without our knowing, and comments of which something waits
    or was refused.
    """
    rows = Change.objects.filter(
        item__in=items, kind=ChangeKind.COMMENT, state__in=(*UNDER_WAY, ChangeState.PARKED)
    )
    busy = set(rows.values_list("comment_id", flat=True))
    sending = (ChangeState.SENDING, ChangeState.LOOKING)
    sent = Q(state__in=sending) | Q(attempts__gt=0, state=ChangeState.WAITING)
    sent |= Q(code__in=DOUBTFUL)
    unknown = rows.filter(sent, comment__remote_id="")
    return set(unknown.values_list("item_id", flat=True)), busy - {None}


def _held(row: Comment, busy: set[uuid.UUID]) -> Held:
    return Held(
        key=row.pk,
        remote_id=row.remote_id,
        raw=row.remote_body,
        body=row.body,
        author_name=row.author_name,
        from_jira=row.from_jira,
        author_id=row.author_remote_id,
        created=row.created,
        deleted=row.deleted is not None,
        confirmed=row.confirmed,
        busy=row.pk in busy,
    )


def _row(item: uuid.UUID, there: JiraComment) -> Comment:
    edited = there.updated if there.updated != there.created else None
    return bulk_rows.make(
        Comment,
        {
            "id": ordered_id(),
            "item_id": item,
            "author_name": there.author_name[:255],
            "author_remote_id": there.author_id[:255],
            "from_jira": True,
            "body": (there.body or "").strip(),
            "created": there.created or timezone.now(),
            "edited": edited,
            "remote_id": there.id[:40],
            "remote_body": there.body or "",
        },
    )
