"""`/changes`: what changed on the board, from either side, in order; long poll."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from accounts.bearer_tokens import reader
from almconnect.lib.api import Refused, answer, cursor_of, read_cursor
from planning import feed
from planning.rest.answers import EventOut, EventsOut
from planning.rest.request_params import Query, documented

router = Router(tags=["changes"])
NOW = "now"
PARAMETERS = ("cursor", "wait", "limit")


@router.get(
    "/changes",
    auth=reader,
    response=EventsOut,
    summary="Follow what changes on the board",
    openapi_extra=documented(*PARAMETERS),
)
def follow(request: HttpRequest) -> HttpResponse:
    """`cursor` is the `next` of the answer before; without one from the beginning, `now` from now on.
    `wait` (seconds, 25 at most) holds the call until something changes. `next` is never null.
    """
    query = Query(request)
    wait = query.number("wait", 0, 0, int(feed.LONGEST_WAIT))
    given = query.text("cursor")
    after = feed.latest() if given == NOW else _place(given)
    if given and after < feed.oldest() - 1:
        raise Refused(
            "What happened right after this cursor is no longer kept. Read the lists anew, then "
            "follow from cursor=now.",
            code="cursor_expired",
            status=409,
        )
    events = feed.follow(after, limit=query.limit(), wait=wait)
    last = events[-1].pk if events else after
    return answer(EventsOut(items=[EventOut.of(one) for one in events], next=cursor_of(last)))


def _place(cursor: str) -> int:
    if not cursor:
        return 0
    part = read_cursor(cursor)[0]
    if not (part.isascii() and part.isdigit() and len(part) < 19):
        raise Refused(
            "This cursor is not one of ours; start again without it.", code="cursor", status=400
        )
    return int(part)
