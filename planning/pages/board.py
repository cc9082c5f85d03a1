"""The board page, the fragment that keeps it fresh, and moving a card."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import PLAN, READ, needs
from almconnect.lib.api import Refused
from connections.health import truth
from planning import feed
from planning.board import lay_out
from planning.card_moves import move_item
from planning.forms import MoveForm
from planning.models import Art, Pi, Team, WorkItem
from planning.pages.request_params import back_to, chosen, item_or_404, may_plan, person_of


@dataclass(frozen=True, slots=True)
class Choice:
    """Which part of the board a person looks at."""

    art: Art | None
    pi: Pi | None
    arts: list[Art]
    pis: list[Pi]
    teams: list[Team]

    @property
    def query(self) -> str:
        art, pi = str(self.art.pk) if self.art else "", str(self.pi.pk) if self.pi else "none"
        return urlencode({"art": art, "pi": pi})


@require_GET
@needs(READ)
def show(request: HttpRequest) -> HttpResponse:
    return render(request, "planning/board.html", _context(request))


@require_GET
@needs(READ)
def cells(request: HttpRequest) -> HttpResponse:
    """The board's fragment; 204 while nothing happened since `after`, so that looking is cheap."""
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and int(after) == feed.latest():
        return HttpResponse(status=204)
    return render(request, "planning/_cells.html", _context(request))


@require_http_methods(["GET", "POST"])
@needs(PLAN)
def move(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """Put a card into another cell: by form, or by dropping it (then the fragment answers)."""
    item = item_or_404(item_id)
    back = back_to(request, "planning:board")
    if request.method == "GET":
        form = MoveForm(
            initial={"team": item.team_id, "iteration": item.iteration_id, "version": item.version}
        )
        return render(request, "planning/move.html", {"item": item, "form": form, "back": back})
    form = MoveForm(request.POST)
    refusal = _move(request, item, form)
    if request.htmx:  # type: ignore[attr-defined]  # set by django-htmx's middleware
        return render(request, "planning/_cells.html", {**_context(request), "refusal": refusal})
    if refusal:
        form.add_error(None, refusal)
        context = {"item": item, "form": form, "back": back}
        return render(request, "planning/move.html", context, status=422)
    words = _("Moved “%(summary)s”.") % {"summary": item.summary}
    messages.success(request, truth.with_wait(item.project, words))
    return redirect(back)


def _move(request: HttpRequest, item: WorkItem, form: MoveForm) -> str:
    """What the person is told; "" where the card was moved."""
    if not form.is_valid():
        return " ".join(str(error) for errors in form.errors.values() for error in errors)
    try:
        move_item(item.pk, actor=person_of(request), **form.place())
    except Refused as refusal:
        return refusal.message
    return ""


def _context(request: HttpRequest) -> dict[str, Any]:
    newest = feed.latest()  # before the rows are read: what comes meanwhile is read once more
    choice = _choose(request)
    board = lay_out(choice.art, choice.pi, choice.teams)
    return {
        "choice": choice,
        "planned_for": choice.art or (choice.pi.art if choice.pi else None),
        "board": board,
        "newest": newest,
        "may_plan": may_plan(request),
        "today": timezone.localdate(),
        "here": f"{reverse('planning:board')}?{choice.query}",
    }


def _choose(request: HttpRequest) -> Choice:
    """ART and PI as asked; without a wish, the PI that runs today, or the next, or the last."""
    arts, pis = list(Art.objects.all()), list(Pi.objects.select_related("art"))
    art = chosen(arts, request.GET.get("art", ""))
    offered = [pi for pi in pis if art is None or pi.art_id in (None, art.pk)]
    asked = request.GET.get("pi", "")
    pi = None if asked == "none" else chosen(offered, asked) or _current(offered)
    if art is None and pi and pi.art_id:
        busy = WorkItem.objects.live().filter(iteration__pi=pi, team__isnull=False)
        teams = Team.objects.filter(Q(art=pi.art_id) | Q(pk__in=busy.values("team")))
    else:
        teams = Team.objects.filter(art=art) if art else Team.objects.all()
    return Choice(art, pi, arts, offered, list(teams))


def _current(pis: list[Pi]) -> Pi | None:
    today = timezone.localdate()
    dated = sorted((pi for pi in pis if pi.start), key=lambda pi: pi.start or today)
    for pi in dated:
        if pi.end is None or pi.end >= today:
            return pi
    return dated[-1] if dated else next(iter(pis), None)
