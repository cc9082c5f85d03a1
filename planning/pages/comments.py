"""Writing, changing and deleting comments on the page of a work item."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import PLAN, needs
from accounts.models import User
from almconnect.lib.api import Refused
from connections.health import truth
from planning import comment_editing
from planning.comment_forms import CommentForm
from planning.comment_states import Standing, listed, standing_of
from planning.models import Comment, WorkItem
from planning.pages.request_params import item_or_404, person_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A comment with what this person may do with it."""

    row: Comment
    standing: Standing
    may_edit: bool
    may_delete: bool


def context_of(item: WorkItem, person: User, *, may_plan: bool) -> dict[str, Any]:
    """What the page of an item shows of its comments."""
    rows = listed(item.pk)
    standing = standing_of(rows)
    pair = getattr(item, "shadow", None)
    only_jira = comment_editing.refused_for(item.project)
    return {
        "comments": [
            Shown(
                row,
                standing[row.pk],
                may_plan and comment_editing.may_edit(row, person),
                may_plan and comment_editing.may_delete(row, person),
            )
            for row in rows
        ],
        "withheld": pair.withheld if pair is not None else 0,
        "comment_form": CommentForm(auto_id="comment_%s") if may_plan and not only_jira else None,
        "comments_refused": only_jira,
        "comments_stay": item.project is not None and not item.project.sends_comments,
    }


@require_POST
@needs(PLAN)
def add(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    item = item_or_404(item_id)
    person = person_of(request)

    def act(body: str) -> str:
        comment_editing.add_comment(item.pk, body, actor=person)
        sent = item.project if item.project and item.project.sends_comments else None
        return truth.with_wait(sent, _("Comment written."))

    return _done(request, item, act)


@require_http_methods(["GET", "POST"])
@needs(PLAN)
def edit(request: HttpRequest, comment_id: uuid.UUID) -> HttpResponse:
    comment, item = _found(comment_id)
    person = person_of(request)
    if request.method == "GET":
        form = CommentForm(initial={"body": comment.body})
        context = {"item": item, "comment": comment, "form": form}
        return render(request, "planning/comment.html", context)

    def act(body: str) -> str:
        comment_editing.edit_comment(comment.pk, body, actor=person)
        return _("Comment changed.")

    return _done(request, item, act)


@require_POST
@needs(PLAN)
def delete(request: HttpRequest, comment_id: uuid.UUID) -> HttpResponse:
    comment, item = _found(comment_id)
    try:
        comment_editing.delete_comment(comment.pk, actor=person_of(request))
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Comment deleted."))
    return _back(item)


def _done(request: HttpRequest, item: WorkItem, act: Callable[[str], str]) -> HttpResponse:
    form = CommentForm(request.POST)
    if form.is_valid():
        try:
            messages.success(request, act(form.cleaned_data["body"]))
        except Refused as refusal:
            messages.error(request, refusal.message)
    else:
        for errors in form.errors.values():
            messages.error(request, " ".join(str(error) for error in errors))
    return _back(item)


def _back(item: WorkItem) -> HttpResponse:
    return redirect(reverse("planning:item", args=[item.pk]) + "#comments")


def _found(comment_id: uuid.UUID) -> tuple[Comment, WorkItem]:
    comment = Comment.objects.live().filter(pk=comment_id).first()
    if comment is None:
        raise Http404("There is no such comment.")
    return comment, item_or_404(comment.item_id)
