""" "Setup OAuth": the keys to copy, the verdicts of Jira, and "Check & Close".

The way to Jira and back is in `oauth_redirects`.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts.access import CONNECT, needs, public
from accounts.reauthentication import reconfirmed
from almconnect.lib.api import Refused
from connections.address import instance
from connections.credentials import credentials
from connections.health import health
from connections.health.diagnosis import Explained
from connections.models import AuthMethod, Connection
from connections.oauth import admin_instructions, handshake, key_pair, oauth_flow
from connections.probes import instance_probe
from connections.probes.instance_probe import Look
from connections.views import oauth2
from connections.views.session import is_fragment, person_of, session_key_of, settled
from connections.views.tabs import tabs_of

HTMX_STOP = 286  # htmx: take this answer and poll no more


@needs(CONNECT)
@reconfirmed()
@require_GET
def setup(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """What a Jira admin needs to copy, and the steps for exactly this Jira."""
    connection = get_object_or_404(Connection, pk=connection_id)
    if connection.wanted_method != AuthMethod.OAUTH1:
        return redirect("connections:reauthenticate", connection.pk)
    if key_pair.ensure_keys(connection, actor=person_of(request)):
        return _setup_page(request, connection, diagnosis=connection.diagnosis)
    return _setup_page(request, connection)


@needs(CONNECT)
@require_POST
def check(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """ "Check again" after a failed “Authenticate”: whether Jira opens the authorisation now.

    Looks at the instance anew and fetches a request token, as “Authenticate” does; goes nowhere.
    """
    connection = get_object_or_404(Connection, pk=connection_id)
    context: dict[str, object] = {"connection": connection, "look": _look(connection)}
    try:
        handshake.try_request_token(connection, actor=person_of(request))
    except Explained as error:
        context["diagnosis"] = health.note_attempt(connection, error)
    except Refused as refused:
        context["sentence"] = refused.message
    else:
        health.note_mended(connection)
        context["mended"] = True
    if is_fragment(request):
        return render(request, "connections/_verdict.html", context)
    status = 200 if "mended" in context else 409
    return render(request, "connections/refused.html", context, status=status)


@needs(CONNECT)
@require_POST
def look(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """ "Check again" on the setup page: what the saved address is now."""
    connection = get_object_or_404(Connection, pk=connection_id)
    found = _look(connection)
    if is_fragment(request):
        context = {"connection": connection, "look": found}
        return render(request, "connections/_instance.html", context)
    return _setup_page(request, connection, look=found)


@sensitive_post_parameters("verifier")
@needs(CONNECT)
@reconfirmed(back="connections:setup_oauth")
@require_POST
def typed(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Without a callback: Jira shows a code, which the person types here."""
    connection = get_object_or_404(Connection, pk=connection_id)
    try:
        started = handshake.start_oauth(
            connection,
            actor=person_of(request),
            session_key=session_key_of(request),
            out_of_band=True,
        )
    except Explained as error:
        return _setup_page(
            request, connection, diagnosis=health.note_attempt(connection, error), status=409
        )
    except Refused as refused:
        return _setup_page(request, connection, refused=refused, status=refused.status)
    return _setup_page(request, connection, typed_address=started.authorize_url)


@sensitive_post_parameters("verifier")
@needs(CONNECT)
@reconfirmed(back="connections:setup_oauth")
@require_POST
def finish(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """ "Check & Close"."""
    connection = get_object_or_404(Connection, pk=connection_id)
    try:
        outcome = handshake.finish_oauth(
            connection,
            actor=person_of(request),
            session_key=session_key_of(request),
            verifier=request.POST.get("verifier", ""),
        )
    except Explained as error:
        found = health.note_attempt(connection, error)
        return _setup_page(request, connection, diagnosis=found, status=409)
    except Refused as refused:
        return _setup_page(request, connection, refused=refused, status=refused.status)
    words = _("Connected. %(name)s authorised this connection, which now acts as that account.")
    return settled(request, connection, outcome, words)


@needs(CONNECT)
@require_GET
def standing(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """The poll of the setup page: whether Jira has answered "Allow" meanwhile. Until it has, the page
    keeps what it says."""
    connection = get_object_or_404(Connection, pk=connection_id)
    if not oauth_flow.is_allowed(connection, person_of(request)):
        return HttpResponse(status=204)
    context = {"connection": connection, "allowed": True}
    return render(request, "connections/_authorised.html", context, status=HTMX_STOP)


@public
@require_GET
def admin_part(request: HttpRequest, signed: str) -> HttpResponse:
    """What a Jira admin copies, for a person without a sign-in here. Never a secret."""
    connection = admin_instructions.read(signed)
    if connection is None:
        sentence = _("This link is not valid any more. Ask the RTE who sent it for a new one.")
        return render(
            request, "connections/refused.html", {"sentence": sentence, "bare": True}, status=404
        )
    if connection.wanted_method == AuthMethod.OAUTH2:
        return render(request, "connections/app_part.html", oauth2.shown_to_admin(connection))
    return render(request, "connections/admin_part.html", _admin_part(connection))


def _admin_part(connection: Connection) -> dict[str, object]:
    return {
        "connection": connection,
        "application_url": settings.BASE_URL,
        "callback_base": admin_instructions.callback_base(),
        "steps": admin_instructions.steps(connection),
        "warning": admin_instructions.warning(connection),
    }


def _setup_page(
    request: HttpRequest, connection: Connection, *, status: int = 200, **more: object
) -> HttpResponse:
    # A refusal of this very answer is newer than what Jira said of "Allow" before.
    allowed = status == 200 and oauth_flow.is_allowed(connection, person_of(request))
    context = {
        **_admin_part(connection),
        "allowed": allowed,
        "tabs": tabs_of(connection, "connection"),
        "admin_link": settings.BASE_URL + admin_instructions.path_for(connection),
        "signed_in": credentials.stored(connection) is not None,
        **more,
    }
    return render(request, "connections/setup_oauth.html", context, status=status)


def _look(connection: Connection) -> Look:
    """What the instance is now; what it told is kept."""
    found = instance_probe.look(connection)
    if found.server is not None:
        instance.observe(connection, found.server)
    return found
