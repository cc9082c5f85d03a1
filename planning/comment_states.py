"""The comments of an item as people see them, each with where it stands between board and Jira."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from planning.models import Change, ChangeState, Comment, SyncState

UNDER_WAY = (ChangeState.WAITING, ChangeState.SENDING, ChangeState.LOOKING)


@dataclass(frozen=True, slots=True)
class Standing:
    """`state` as of items; `detail`: why, where there is something to say."""

    state: str
    detail: str = ""


def standing_of(comments: Sequence[Comment]) -> dict[uuid.UUID, Standing]:
    """Comment → where it stands: what waits or is parked, from its Changes. One query for all."""
    found: dict[uuid.UUID, Standing] = {}
    rows = Change.objects.filter(
        comment__in=[one.pk for one in comments], state__in=(*UNDER_WAY, ChangeState.PARKED)
    ).order_by("pk")
    told: dict[uuid.UUID | None, tuple[str, str]] = {
        comment: (state, message)
        for comment, state, message in rows.values_list("comment_id", "state", "message")
    }
    for one in comments:
        state, message = told.get(one.pk, ("", ""))
        if state:
            parked = state == ChangeState.PARKED
            word = SyncState.PARKED if parked else SyncState.WAITING
            found[one.pk] = Standing(word.value, message)
        else:
            held = SyncState.SYNCED if one.remote_id else SyncState.LOCAL_ONLY
            found[one.pk] = Standing(held.value)
    return found


def listed(item_id: uuid.UUID, most: int = 500) -> list[Comment]:
    """The newest `most` comments of an item, oldest first."""
    rows = Comment.objects.live().filter(item=item_id).oldest_first().reverse()
    return list(rows[:most])[::-1]
