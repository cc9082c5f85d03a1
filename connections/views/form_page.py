"""The page "Jira - Connection": the form with what was found, and the ways in to choose from."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from connections.models import Connection
from connections.oauth import sign_in_methods
from connections.probes.checkup import CheckResult
from connections.probes.instance_probe import Look
from connections.views.forms import ConnectionForm
from connections.views.tabs import tabs_of


def form_page(
    request: HttpRequest,
    form: ConnectionForm,
    connection: Connection | None,
    *,
    diagnosis: dict[str, Any] | None = None,
    look: Look | None = None,
    result: CheckResult | None = None,
    status: int | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "connection": connection,
        "method": form.method,
        "diagnosis": diagnosis,
        "look": look,
        "result": result,
        "tabs": tabs_of(connection, "connection"),
        **ways_of(form, look),
    }
    code = status or (422 if form.errors else 200)
    return render(request, "connections/jira_connection.html", context, status=code)


def ways_of(form: ConnectionForm, found: Look | None) -> dict[str, Any]:
    """Which ways in to offer, and what to know of the chosen one."""
    flavour = found.flavour if found else None
    if found is None and form.connection is not None:
        flavour = form.known_flavour()
    return {
        "ways": sign_in_methods.offered(flavour),
        "way_note": sign_in_methods.note(form.method, flavour),
        "way_refused": sign_in_methods.refusal(form.method, flavour),
    }
