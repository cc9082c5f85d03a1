"""A PI's baselines: taking one, what drifted since as a table and as a file."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.access import PLAN, READ, needs
from almconnect.lib.api import Refused
from almconnect.lib.csv_export import csv_response
from connections.views.session import person_of
from planning import baselines
from planning.baselines import Drift
from planning.models import Pi, PiBaseline
from planning.pages.request_params import may_plan

KINDS: Final[dict[str, str | Promise]] = {
    "added": gettext_lazy("added to the PI"),
    "left": gettext_lazy("left the PI"),
    "deleted": gettext_lazy("deleted"),
    "link_drawn": gettext_lazy("link drawn"),
    "link_removed": gettext_lazy("link removed"),
}
FIELDS: Final[dict[str, str | Promise]] = {
    "team": gettext_lazy("Team"),
    "iteration": gettext_lazy("Iteration"),
    "story_points": gettext_lazy("Story points"),
}
SIDES: Final[dict[str, str | Promise]] = {
    "board": gettext_lazy("on the board"),
    "jira": gettext_lazy("in Jira"),
}
HEADER: Final = (
    "key", "summary", "what", "field", "before", "after", "who", "side", "at",
)  # fmt: skip


@require_GET
@needs(READ)
def show(request: HttpRequest, pi_id: uuid.UUID) -> HttpResponse:
    """The baselines of a PI, and the drift from the one in `?baseline=`, else from the newest."""
    pi = get_object_or_404(Pi.objects.select_related("art"), pk=pi_id)
    rows = list(PiBaseline.objects.filter(pi=pi).defer("items", "links"))
    wanted = request.GET.get("baseline", "")
    chosen = next((one for one in rows if str(one.pk) == wanted), rows[0] if rows else None)
    drift = baselines.drift(PiBaseline.objects.get(pk=chosen.pk)) if chosen else []
    context = {
        "pi": pi,
        "baselines": rows,
        "chosen": chosen,
        "lines": [_line(one) for one in drift],
        "items": len({one.item for one in drift}),
        "may_plan": may_plan(request),
    }
    return render(request, "planning/baselines.html", context)


@require_POST
@needs(PLAN)
def take(request: HttpRequest, pi_id: uuid.UUID) -> HttpResponse:
    """Keep what the PI holds now."""
    pi = get_object_or_404(Pi, pk=pi_id)
    try:
        row = baselines.take(pi, request.POST.get("name", ""), actor=person_of(request))
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        words = _("“%(name)s” keeps %(count)d items as they are planned now.")
        messages.success(request, words % {"name": row.name, "count": len(row.items)})
    return redirect("planning:baselines", pi.pk)


@require_POST
@needs(PLAN)
def remove(request: HttpRequest, baseline_id: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(PiBaseline.objects.select_related("pi"), pk=baseline_id)
    baselines.remove(row, actor=person_of(request))
    messages.success(request, _("“%(name)s” is removed.") % {"name": row.name})
    return redirect("planning:baselines", row.pi_id)


@require_GET
@needs(READ)
def export(request: HttpRequest, baseline_id: uuid.UUID) -> HttpResponseBase:
    """The drift as a file."""
    row = get_object_or_404(PiBaseline.objects.select_related("pi"), pk=baseline_id)
    return csv_response("drift", HEADER, _cells(baselines.drift(row)))


def _cells(drift: Iterable[Drift]) -> Iterable[tuple[object, ...]]:
    for one in drift:
        at = one.at.isoformat() if one.at else ""
        yield (
            one.key, one.summary, one.kind, one.field, one.before, one.after, one.who, one.side, at,
        )  # fmt: skip


def _line(one: Drift) -> dict[str, object]:
    return {
        "drift": one,
        "what": FIELDS.get(one.field, one.field) if one.field else KINDS[one.kind],
        "side": SIDES.get(one.side, ""),
    }
