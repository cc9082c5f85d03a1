"""`/items/{id}/comments`, `/comments/{id}`: comments on work items."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict

from accounts.bearer_tokens import actor_of, planner, reader
from almconnect.lib.api import Refused, answer, cursor_of, read_cursor
from planning.comment_editing import NoComment, add_comment, delete_comment, edit_comment
from planning.comment_states import standing_of
from planning.item_editing import NotThere
from planning.models import Comment, WorkItem
from planning.rest.answers import CommentOut, CommentsOut
from planning.rest.request_params import Query, documented, key_of

router = Router(tags=["comments"])


class CommentBody(Schema):
    """Wiki text, as Jira calls it."""

    model_config = ConfigDict(extra="forbid", strict=True)
    body: str


@router.get(
    "/items/{item_id}/comments",
    auth=reader,
    response=CommentsOut,
    summary="List the comments of an item, oldest first",
    openapi_extra=documented("cursor", "limit"),
)
def list_comments(request: HttpRequest, item_id: str) -> HttpResponse:
    query, key = Query(request), key_of(item_id)
    limit = query.limit()
    if not WorkItem.objects.live().filter(pk=key).exists():
        raise NotThere
    rows = Comment.objects.live().filter(item=key).order_by("created", "pk")
    if query.text("cursor"):
        rows = rows.filter(_behind(query.text("cursor")))
    found = list(rows[: limit + 1])
    standing, last = standing_of(found[:limit]), found[limit - 1 : limit]
    more = cursor_of(last[0].created.isoformat(), last[0].pk) if len(found) > limit else None
    shown = [CommentOut.of(row, standing[row.pk]) for row in found[:limit]]
    return answer(CommentsOut(items=shown, next=more))


def _behind(cursor: str) -> Q:
    """Comments behind the one that the cursor names: in the order of their times. Raises Refused (400)."""
    try:
        moment, key = read_cursor(cursor)
        at, last = datetime.fromisoformat(moment), uuid.UUID(key)
    except ValueError as problem:
        words = "This cursor is not one of ours; start again without it."
        raise Refused(words, code="cursor", status=400) from problem
    return Q(created__gt=at) | Q(created=at, pk__gt=last)


@router.post(
    "/items/{item_id}/comments",
    auth=planner,
    response={201: CommentOut},
    summary="Write a comment",
)
def create(request: HttpRequest, item_id: str, payload: CommentBody) -> HttpResponse:
    return answer(_shown(add_comment(key_of(item_id), payload.body, actor=actor_of(request))), 201)


@router.get("/comments/{comment_id}", auth=reader, response=CommentOut, summary="One comment")
def read(request: HttpRequest, comment_id: str) -> HttpResponse:
    comment = Comment.objects.live().filter(pk=key_of(comment_id)).first()
    if comment is None:
        raise NoComment
    return answer(_shown(comment))


@router.patch(
    "/comments/{comment_id}",
    auth=planner,
    response=CommentOut,
    summary="Change a comment of one's own",
)
def edit(request: HttpRequest, comment_id: str, payload: CommentBody) -> HttpResponse:
    done = edit_comment(key_of(comment_id), payload.body, actor=actor_of(request))
    return answer(_shown(done))


@router.delete(
    "/comments/{comment_id}",
    auth=planner,
    response={204: None},
    summary="Delete a comment of one's own",
)
def delete(request: HttpRequest, comment_id: str) -> HttpResponse:
    delete_comment(key_of(comment_id), actor=actor_of(request))
    return HttpResponse(status=204)


def _shown(comment: Comment) -> CommentOut:
    return CommentOut.of(comment, standing_of([comment])[comment.pk])
