"""Jira was put back to an earlier state: what differs, project by project, and which side is right."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import PLAN, READ, needs
from almconnect.lib.api import Refused
from sync.pages.projects import HTMX_STOP, LIVE
from sync.pages.request_params import connection_for, page_context
from sync.runs import restore_comparison as verbs


@require_GET
@needs(READ)
def restored(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Polls its table while a comparison goes on."""
    connection = connection_for(connection_id)
    rows = verbs.comparisons(connection)
    live = any(row.run is not None and row.run.state in LIVE for row in rows)
    context = page_context(request, connection) | {
        "rows": rows,
        "live": live,
        "compared": all(row.is_done for row in rows),
    }
    part = request.headers.get("HX-Request") == "true"
    answer = render(request, "sync/_restored.html" if part else "sync/restored.html", context)
    if part and not live:
        answer["HX-Refresh"] = "true"  # the question below the table may be asked now
        answer.status_code = HTMX_STOP
    return answer


@require_POST
@needs(PLAN)
def compare(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    connection = connection_for(connection_id)
    try:
        verbs.compare(connection)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("connections:detail", connection.pk)
    messages.success(request, _("Every project is compared; nothing is changed on either side."))
    return redirect("sync:restored", connection.pk)
