"""Making a version in Jira from a mapped project's page."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import PLAN, needs
from almconnect.lib.api import Refused
from almconnect.lib.pages import show_refusal
from connections.views.session import person_of
from sync.mapping import new_releases
from sync.pages import project as project_page
from sync.pages.release_form import ReleaseForm
from sync.pages.request_params import ask, project_for


@require_POST
@needs(PLAN)
def make(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """Make the version in Jira; where Jira or the mapping refuses it, the page says why."""
    row = project_for(project_id)
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return project_page.page(request, row, release_form=form)
    actor, given = person_of(request), form.cleaned_data
    dates = {name: given[name] for name in ("start", "release")}
    try:
        asked = ask(
            row.connection, lambda: new_releases.make(row, given["name"], actor=actor, **dates)
        )
    except Refused as refusal:
        show_refusal(form, refusal)
        return project_page.page(request, row, release_form=form)
    if asked.answer is None:
        return project_page.page(request, row, release_form=form, diagnosis=asked.diagnosis)
    messages.success(request, _("In Jira now: %(names)s.") % {"names": asked.answer.name})
    return redirect("sync:project", row.pk)
