"""Gone from Jira: the items that left the board with their issues, and letting one go for good."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import PLAN, READ, needs
from almconnect.lib.api import Refused
from almconnect.lib.pages import page_of
from connections.views.session import person_of
from sync.inbound import gone_items as verbs
from sync.pages.request_params import page_context

PER_PAGE = 50


@require_GET
@needs(READ)
def gone(request: HttpRequest) -> HttpResponse:
    """The newest first, each with why, and when Jira is asked for it again."""
    rows = verbs.rows().select_related("item", "project", "connection")
    page = page_of(request, rows, PER_PAGE)
    return render(request, "sync/gone.html", page_context(request, None) | {"page": page})


@require_POST
@needs(PLAN)
def let_go(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    try:
        verbs.let_go(item_id, actor=person_of(request))
        messages.success(request, _("It is not looked for any more."))
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("sync:gone")
