"""What a page is asked: which row, by whom, and where to go back to."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.access import PLAN
from accounts.models import User
from planning.models import WorkItem

Row = TypeVar("Row", bound=Model)


def person_of(request: HttpRequest) -> User:
    """The person who signed in; views have asked for their role already."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def may_plan(request: HttpRequest) -> bool:
    return person_of(request).role in PLAN


def chosen(rows: Iterable[Row], key: str) -> Row | None:
    """The row with this id; None where there is none such, or `key` is no id."""
    return next((row for row in rows if str(row.pk) == key.lower()), None)


def item_or_404(item_id: uuid.UUID) -> WorkItem:
    rows = WorkItem.objects.live().select_related(
        "project__connection", "parent", "team", "iteration__pi"
    )
    item = rows.filter(pk=item_id).first()
    if item is None:
        raise Http404("There is no such work item.")
    return item


def back_to(request: HttpRequest, otherwise: str) -> str:
    """Where the person came from, if that is a page of this console; else the named page."""
    referer = request.headers.get("Referer", "") if request.method == "GET" else ""
    wanted = request.POST.get("back") or request.GET.get("back") or referer
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else reverse(otherwise)
