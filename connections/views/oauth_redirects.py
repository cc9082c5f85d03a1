"""The way to Jira and back: each leg for the person and session that began it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import CONNECT, needs
from accounts.reauthentication import reconfirmed
from almconnect.lib.api import Refused
from connections.health import health
from connections.health.diagnosis import Explained
from connections.models import Connection
from connections.oauth import handshake
from connections.views.session import person_of, session_key_of
from connections.views.tabs import tabs_of


@needs(CONNECT)
@reconfirmed(back="connections:setup_oauth")
@require_GET
def authenticate(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """ "Authenticate": opens a flow for this person and session, and goes on to Jira."""
    connection = get_object_or_404(Connection, pk=connection_id)
    person, key = person_of(request), session_key_of(request)

    def begin() -> uuid.UUID:
        return handshake.start_oauth(connection, actor=person, session_key=key).flow.pk

    return _to_jira(request, connection, begin)


@needs(CONNECT)
@require_GET
def authorize(request: HttpRequest, flow_id: uuid.UUID) -> HttpResponse:
    """The address that `oauth/start` of the API answers: fetches the request token, goes to Jira."""
    try:
        connection = handshake.connection_of(flow_id)
    except Refused as refused:
        return _refused(request, refused, None)
    return _to_jira(request, connection, lambda: flow_id)


@needs(CONNECT)
@require_GET
def callback(request: HttpRequest, flow_id: uuid.UUID) -> HttpResponse:
    """Jira sends the person back here."""
    connection = None
    try:
        connection = handshake.connection_of(flow_id)
        handshake.answer(
            flow_id,
            person=person_of(request),
            session_key=session_key_of(request),
            token=request.GET.get("oauth_token", ""),
            verifier=request.GET.get("oauth_verifier", ""),
        )
    except Refused as refused:
        return _refused(request, refused, connection)
    health.note_mended(connection)  # that nobody had approved is not so any more
    context = {"connection": connection, "tabs": tabs_of(connection, "connection")}
    return render(request, "connections/oauth_answered.html", context)


@needs(CONNECT)
@require_GET
def callback_base(request: HttpRequest) -> HttpResponse:
    """What an application link may name as callback address; each sign-in adds its own ending."""
    sentence = _(
        "This address is used by Jira during “Authenticate”; there is nothing to see here."
    )
    return render(request, "connections/refused.html", {"sentence": sentence}, status=404)


def _to_jira(
    request: HttpRequest, connection: Connection, flow: Callable[[], uuid.UUID]
) -> HttpResponse:
    """Fetches the request token of this flow and goes on to Jira, or says why not."""
    try:
        address = handshake.authorize(
            flow(), person=person_of(request), session_key=session_key_of(request)
        )
    except Explained as error:
        return _failed(request, connection, health.note_attempt(connection, error))
    except Refused as refused:
        return _refused(request, refused, connection)
    return HttpResponseRedirect(address)


def _failed(
    request: HttpRequest, connection: Connection, diagnosis: dict[str, object]
) -> HttpResponse:
    tabs = tabs_of(connection, "connection")
    context = {"connection": connection, "diagnosis": diagnosis, "tabs": tabs}
    return render(request, "connections/refused.html", context, status=409)


def _refused(request: HttpRequest, refused: Refused, connection: Connection | None) -> HttpResponse:
    """A foreign connection's name is not told: only the sentence, and where to go."""
    owned = connection if refused.status != 403 else None
    tabs = tabs_of(owned, "connection") if owned else []
    context = {"connection": owned, "sentence": refused.message, "tabs": tabs}
    return render(request, "connections/refused.html", context, status=refused.status)
