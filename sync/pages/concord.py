"""A PI beside the sprints of its teams: what differs, and making it equal in one previewed step."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.access import PLAN, READ, needs
from almconnect.lib.api import Refused
from connections.views.session import person_of
from planning.models import Pi
from sync.pages.request_params import page_context
from sync.pi_day import sprint_concord


@require_GET
@needs(READ)
def concord(request: HttpRequest, pi_id: uuid.UUID) -> HttpResponse:
    """Teams by iterations, as Jira has their sprints now."""
    pi = get_object_or_404(Pi.objects.select_related("art"), pk=pi_id)
    found = sprint_concord.look(pi)
    kinds = [cell.kind for row in found.rows for cell in row.cells]
    context = page_context(request, None) | {
        "pi": pi,
        "concord": found,
        "steps": found.steps,
        "wrong": sum(kind not in ("equal", "no_board") for kind in kinds),
    }
    return render(request, "sync/concord.html", context)


@require_POST
@needs(PLAN)
def make_equal(request: HttpRequest, pi_id: uuid.UUID) -> HttpResponse:
    """Carry out the steps of the ticked cells."""
    pi, ticked = get_object_or_404(Pi, pk=pi_id), request.POST.getlist("cell")
    if not ticked:
        messages.error(request, _("Tick what is to be made equal."))
        return redirect("sync:concord", pi.pk)
    try:
        done = sprint_concord.make_equal(pi, ticked, actor=person_of(request))
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("sync:concord", pi.pk)
    for one in done:
        if one.failure:
            words = _("%(iteration)s of %(team)s: %(why)s")
            names = {"iteration": one.cell.iteration.name, "team": one.cell.team.name}
            messages.error(request, words % {**names, "why": one.failure})
    count = sum(not one.failure for one in done)
    if count:
        words = ngettext(
            "%(count)d sprint is made equal.", "%(count)d sprints are made equal.", count
        )
        messages.success(request, words % {"count": count})
    return redirect("sync:concord", pi.pk)
