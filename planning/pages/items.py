"""The plain list of work items, for what a board cannot show: thousands, filtered, by latest change."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from accounts.access import READ, needs
from almconnect.lib.api import Refused, cursor_of, read_cursor
from connections.models import MappedProject
from planning.filters import ItemFilter
from planning.models import WorkItem
from planning.pages.asking import may_plan

PAGE = 100


@require_GET
@needs(READ)
def show(request: HttpRequest) -> HttpResponse:
    form = ItemFilter(request.GET, projects=list(MappedProject.objects.all()))
    live = WorkItem.objects.live().select_related("project__connection", "team", "iteration__pi")
    rows = form.narrow(live.defer("description", "project__facts"))
    found, older = _page(rows, request.GET.get("before", ""))
    asked = {name: str(value) for name, value in request.GET.items() if name != "before"}
    context: dict[str, Any] = {
        "form": form,
        "items": found,
        "older": f"?{urlencode({**asked, 'before': older})}" if older else "",
        "newest": f"?{urlencode(asked)}" if request.GET.get("before") else "",
        "filtered": any(value for value in asked.values()),
        "may_plan": may_plan(request),
    }
    return render(request, "planning/list.html", context)


def _page(rows: QuerySet[WorkItem], before: str) -> tuple[list[WorkItem], str]:
    """By latest change, on a keyset: the same speed on every page. A cursor that is not ours is the
    first page.
    """
    place = _place(before)
    if place:
        at, key = place
        rows = rows.filter(Q(updated__lt=at) | Q(updated=at, pk__lt=key))
    found = list(rows.order_by("-updated", "-pk")[: PAGE + 1])
    if len(found) <= PAGE:
        return found, ""
    last = found[PAGE - 1]
    return found[:PAGE], cursor_of(last.updated.isoformat(), last.pk)


def _place(cursor: str) -> tuple[datetime.datetime, uuid.UUID] | None:
    if not cursor:
        return None
    try:
        at, key = read_cursor(cursor)
        moment = datetime.datetime.fromisoformat(at)
        return (moment, uuid.UUID(key)) if moment.tzinfo else None
    except (Refused, ValueError):
        return None
