"""A connection's quiet window: announced, or taken back, on the connection's page."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import PLAN, needs
from almconnect.lib.api import Refused
from connections.models import Connection
from connections.setup import quiet_window
from connections.views.session import person_of


class QuietForm(forms.Form):
    """Moments as a browser's `datetime-local` says them, in the console's time zone."""

    starts = forms.DateTimeField()
    ends = forms.DateTimeField()
    reason = forms.CharField(max_length=200, required=False)


@needs(PLAN)
@require_POST
def quiet(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Announce a window; with `end` take it back, or end it now."""
    connection, actor = get_object_or_404(Connection, pk=connection_id), person_of(request)
    form = QuietForm(request.POST)
    try:
        if request.POST.get("end"):
            quiet_window.end(connection, actor=actor)
            messages.success(request, _("The quiet window is over. What waited is sent now."))
        elif form.is_valid():
            given = form.cleaned_data
            quiet_window.announce(
                connection, given["starts"], given["ends"], given["reason"], actor=actor
            )
            messages.success(request, _("The quiet window is announced."))
        else:
            messages.error(request, _("Say when the quiet window begins and when it ends."))
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("connections:detail", connection.pk)
