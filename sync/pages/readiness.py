"""Is every team of a PI ready to be planned? Teams by checks, each with the page that mends it."""

from __future__ import annotations

import uuid
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.access import READ, needs
from planning.models import Pi
from sync.pages.request_params import page_context
from sync.pi_day import readiness as pi_readiness
from sync.pi_day.readiness import CHECKS, FAIL, Check, Ready

_TITLES: Final[dict[str, str | Promise]] = {
    "reach": _("Reached"),
    "permissions": _("Permissions"),
    "board": _("Board"),
    "sprints": _("Sprints"),
    "dates": _("Days"),
    "screens": _("Screens"),
    "parked": _("Stuck"),
    "webhook": _("Webhook"),
}


@require_GET
@needs(READ)
def readiness(request: HttpRequest, pi_id: uuid.UUID) -> HttpResponse:
    """The grid, from rows alone; its part is asked for again while somebody looks."""
    pi = get_object_or_404(Pi.objects.select_related("art"), pk=pi_id)
    rows = pi_readiness.readiness(pi)
    context = page_context(request, None) | {
        "pi": pi,
        "titles": [_TITLES[name] for name in CHECKS],
        "rows": [(one, _cells(pi, one)) for one in rows],
        "ready": sum(one.state != FAIL for one in rows),
        "left": sum(one.state == FAIL for one in rows),
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "sync/_readiness.html" if part else "sync/readiness.html", context)


def _cells(pi: Pi, row: Ready) -> list[tuple[Check | None, str, str | Promise]]:
    """Check, the address that mends it, and its title; in the order of the columns."""
    known = {check.name: check for check in row.checks}
    return [
        (check, _mend(pi, row, check), _TITLES[name])
        if (check := known.get(name))
        else (None, "", _TITLES[name])
        for name in CHECKS
    ]


def _mend(pi: Pi, row: Ready, check: Check) -> str:
    if not check.mend:
        return ""
    if check.mend == "concord":
        return reverse("sync:concord", args=[pi.pk])
    if row.place is None:
        return reverse("connections:list")
    project = row.place.project
    addresses = {
        "connection": lambda: reverse("connections:detail", args=[project.connection_id]),
        "permissions": lambda: reverse("connections:permissions", args=[project.connection_id]),
        "board": lambda: reverse("sync:board", args=[project.pk]),
        "fields": lambda: (
            f"{reverse('sync:fields', args=[project.connection_id])}?project={project.pk}"
        ),
        "parked": lambda: f"{reverse('sync:parked')}?project={project.pk}",
        "webhook": lambda: reverse("sync:webhook", args=[project.connection_id]),
    }
    return addresses[check.mend]()
