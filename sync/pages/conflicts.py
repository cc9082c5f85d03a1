"""The inbox of conflicts: both values, who wrote them and when, and one click that gives one side right."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import PLAN, READ, needs
from almconnect.lib.api import Refused
from almconnect.lib.pages import page_of, way_back
from connections.health import truth
from connections.models import Connection, MappedProject
from connections.views.session import person_of
from planning.history import names_of
from sync.models import Conflict
from sync.pages.presentation import Word, field_word, shown_value
from sync.pages.request_params import page_context
from sync.pairs import conflicts as verbs

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """One conflict with its values in words."""

    row: Conflict
    field: Word
    base: str
    board: str
    jira: str


@require_GET
@needs(READ)
def conflicts(request: HttpRequest) -> HttpResponse:
    """`?state=resolved`: what was decided, by a person or the policy. `?project=`, `?connection=`."""
    resolved = request.GET.get("state") == "resolved"
    about = narrowed(request)
    rows = Conflict.objects.filter(resolved__isnull=not resolved)
    rows = _of(rows, about).select_related("shadow__item", "shadow__project")
    page = page_of(request, rows.order_by("-resolved" if resolved else "-found", "pk"), PER_PAGE)
    still_open = _of(Conflict.objects.filter(resolved=None), about).count()
    context = page_context(request, None) | {
        "page": page,
        "shown": in_words(list(page.object_list)),
        "open": still_open,
        "resolved": resolved,
        "about": about,
    }
    return render(request, "sync/conflicts.html", context)


@require_POST
@needs(PLAN)
def resolve(request: HttpRequest, conflict_id: uuid.UUID) -> HttpResponse:
    """`take`: board or jira."""
    take = request.POST.get("take", "")
    try:
        done = verbs.resolve(conflict_id, take, actor=person_of(request))
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        words = (
            _("The board's %(field)s was taken.")
            if take == "board"
            else _("Jira's %(field)s was taken.")
        )
        told = words % {"field": str(field_word(done.field)).lower()}
        after = truth.on_its_way(done.shadow.project) if take == "board" else ""
        messages.success(request, f"{told} {after}".strip())
    return redirect(way_back(request, reverse("sync:conflicts")))


def narrowed(request: HttpRequest) -> MappedProject | Connection | None:
    """The project or connection that the address asks for; None for everything or nonsense."""
    for name, model in (("project", MappedProject), ("connection", Connection)):
        try:
            key = uuid.UUID(request.GET.get(name, ""))
        except ValueError:
            continue
        found: Any = model._default_manager.filter(pk=key).first()
        if isinstance(found, MappedProject | Connection):
            return found
    return None


def in_words(rows: Sequence[Conflict]) -> list[Shown]:
    """Ids of teams, iterations, items and people become names, in a fixed number of queries."""
    values = ((row.field, value) for row in rows for value in (row.base, row.board, row.jira))
    names = names_of(values)
    return [_shown(row, names) for row in rows]


def _shown(row: Conflict, names: dict[str, str]) -> Shown:
    item = row.shadow.item
    people = {item.assignee_id: item.assignee_name, item.reporter_id: item.reporter_name}

    def word(value: Any) -> str:
        text = shown_value(value, names)
        return (people.get(text) or text) if row.field in {"assignee", "reporter"} else text

    return Shown(row, field_word(row.field), word(row.base), word(row.board), word(row.jira))


def _of(rows: QuerySet[Conflict], about: MappedProject | Connection | None) -> QuerySet[Conflict]:
    if isinstance(about, MappedProject):
        return rows.filter(shadow__project=about)
    return rows.filter(shadow__connection=about) if about else rows
