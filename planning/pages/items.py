"""The plain list of work items, for what a board cannot show: thousands, filtered, by latest change."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from accounts.access import READ, needs
from almconnect.lib.api import Refused, cursor_of, read_cursor
from connections.models import MappedProject
from planning.filters import ItemFilter
from planning.item_search import Found, latest
from planning.models import WorkItem
from planning.pages.request_params import may_plan

PAGE = 100
# What a row shows; the maps of a project alone are ten times as much.
_SHOWN = (
    *("type", "summary", "status", "story_points", "assignee_id", "assignee_name", "remote_key"),
    *("updated", "sync_state", "project__connection__base_url", "team__name"),
    *("iteration__name", "iteration__pi__name"),
)


@require_GET
@needs(READ)
def show(request: HttpRequest) -> HttpResponse:
    form = ItemFilter(request.GET, projects=list(MappedProject.objects.only("key", "name")))
    found, older = _page(form, request.GET.get("before", ""))
    asked = {name: str(value) for name, value in request.GET.items() if name != "before"}
    context: dict[str, Any] = {
        "form": form,
        "items": found.items,
        "until": found.until,
        "older": f"?{urlencode({**asked, 'before': older})}" if older else "",
        "newest": f"?{urlencode(asked)}" if request.GET.get("before") else "",
        "filtered": any(value for value in asked.values()),
        "may_plan": may_plan(request),
    }
    return render(request, "planning/list.html", context)


def _page(form: ItemFilter, before: str) -> tuple[Found, str]:
    """By latest change, on a keyset: the same speed on every page. A cursor that is not ours is the
    first page.
    """
    among = WorkItem.objects.live()
    place = _place(before)
    if place:
        at, key = place
        among = among.filter(Q(updated__lt=at) | Q(updated=at, pk__lt=key))
    shown = among.select_related("project__connection", "team", "iteration__pi")
    rows = form.narrow(shown.only(*_SHOWN))
    found = latest(rows, PAGE + 1, among=among, words=form.words)
    if len(found.items) > PAGE:
        last = found.items[PAGE - 1]
        return Found(found.items[:PAGE]), cursor_of(last.updated.isoformat(), last.pk)
    return found, cursor_of(found.until.isoformat(), uuid.UUID(int=0)) if found.until else ""


def _place(cursor: str) -> tuple[datetime.datetime, uuid.UUID] | None:
    if not cursor:
        return None
    try:
        at, key = read_cursor(cursor)
        moment = datetime.datetime.fromisoformat(at)
        return (moment, uuid.UUID(key)) if moment.tzinfo else None
    except (Refused, ValueError):
        return None
