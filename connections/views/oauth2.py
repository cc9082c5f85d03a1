""" "Setup OAuth 2.0": how the app is made in this Jira, its ID and secret, and the way to Jira and back."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET

from accounts.access import CONNECT, needs
from accounts.reauthentication import reconfirmed
from almconnect.lib.api import Refused
from connections.credentials import credentials
from connections.health import health
from connections.health.diagnosis import Explained
from connections.models import AuthMethod, Connection
from connections.oauth import admin_instructions, app_instructions, person_flow
from connections.views.session import person_of, session_key_of, settled
from connections.views.sign_in_forms import AppForm
from connections.views.tabs import tabs_of


@sensitive_post_parameters("client_secret")
@needs(CONNECT)
@reconfirmed()
def setup(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """The steps for exactly this Jira; what was brought back begins a run, sealed, and shows the way on."""
    connection = get_object_or_404(Connection, pk=connection_id)
    if connection.wanted_method != AuthMethod.OAUTH2:
        return redirect("connections:reauthenticate", connection.pk)
    if request.method != "POST":
        return _page(request, connection)
    form = AppForm(request.POST, kept=person_flow.stored_app(connection) is not None)
    if not form.is_valid():
        return _page(request, connection, form=form, status=422)
    try:
        person_flow.begin(
            connection,
            form.cleaned_data["client_id"],
            form.cleaned_data["client_secret"],
            actor=person_of(request),
            session_key=session_key_of(request),
        )
    except Refused as refused:
        form.blame(refused)
        return _page(request, connection, form=form, status=422)
    except Explained as error:
        found = health.note_attempt(connection, error)
        return _page(request, connection, form=form, diagnosis=found, status=409)
    return redirect("connections:setup_oauth2", connection.pk)


@needs(CONNECT)
@require_GET
def authorize(request: HttpRequest, flow_id: uuid.UUID) -> HttpResponse:
    """ "Allow access in Jira": on to the consent page."""
    try:
        address = person_flow.authorize(
            flow_id, person=person_of(request), session_key=session_key_of(request)
        )
    except Refused as refused:
        return _refused(request, refused)
    return HttpResponseRedirect(address)


@needs(CONNECT)
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Jira sends the person back here, with a code or with a word why not."""
    given, state = request.GET, request.GET.get("state", "")
    if not state:
        sentence = _("This address is used by Jira after “Allow”; there is nothing to see here.")
        return render(request, "connections/refused.html", {"sentence": sentence}, status=404)
    try:
        connection = person_flow.find(state).connection
    except Refused as refused:
        return _refused(request, refused)
    try:
        outcome = person_flow.answer(
            state,
            code=given.get("code", ""),
            error=given.get("error", ""),
            said=given.get("error_description", ""),
            person=person_of(request),
            session_key=session_key_of(request),
        )
    except Explained as error:
        found = health.note_attempt(connection, error)
        return _page(request, connection, diagnosis=found, status=409)
    except Refused as refused:
        if refused.status == 403:
            return _refused(request, refused)
        return _page(request, connection, refused=refused, status=refused.status)
    words = _("Connected. %(name)s authorised this connection, which now acts as that account.")
    return settled(request, connection, outcome, words)


def shown_to_admin(connection: Connection) -> dict[str, object]:
    """What whoever makes the app needs, and nothing else."""
    return {
        "connection": connection,
        "is_cloud": app_instructions.is_cloud(connection),
        "steps": app_instructions.steps(connection, for_admin=True),
        "notes": app_instructions.notes(connection),
        "callback_url": person_flow.callback_url(),
        "scopes": "\n".join(app_instructions.to_add(connection)),
    }


def _page(
    request: HttpRequest,
    connection: Connection,
    *,
    form: AppForm | None = None,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    kept = person_flow.stored_app(connection)
    run = person_flow.open_run(connection, person_of(request))
    initial = {"client_id": kept.client_id if kept else ""}
    context: dict[str, object] = {
        "form": form or AppForm(initial=initial, kept=kept is not None),
        "run": run,
        **shown_to_admin(connection),
        "steps": app_instructions.steps(connection),
        "admin_link": settings.BASE_URL + admin_instructions.path_for(connection),
        "signed_in": credentials.stored(connection) is not None,
        "tabs": tabs_of(connection, "connection"),
        **more,
    }
    return render(request, "connections/setup_oauth2.html", context, status=status)


def _refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Another person's connection is not named: only the sentence."""
    context: dict[str, object] = {"connection": None, "sentence": refused.message, "tabs": []}
    return render(request, "connections/refused.html", context, status=refused.status)
