"""Drawing and removing links on the pages."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import PLAN, needs
from almconnect.lib.api import Refused
from planning.link_editing import add_link, remove_link
from planning.link_forms import LinkForm
from planning.pages.request_params import back_to, item_or_404, person_of


@require_POST
@needs(PLAN)
def add(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    item = item_or_404(item_id)
    form = LinkForm(request.POST, project=item.project)
    if form.is_valid():
        try:
            add_link(
                actor=person_of(request),
                source=item.pk,
                target=uuid.UUID(form.cleaned_data["target"]),
                type=form.cleaned_data["type"],
            )
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("Link drawn."))
    else:
        for errors in form.errors.values():
            messages.error(request, " ".join(str(error) for error in errors))
    return redirect("planning:item", item.pk)


@require_POST
@needs(PLAN)
def remove(request: HttpRequest, link_id: uuid.UUID) -> HttpResponse:
    try:
        remove_link(link_id, actor=person_of(request))
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Link removed."))
    return redirect(back_to(request, "planning:board"))
