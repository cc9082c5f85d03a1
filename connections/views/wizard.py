""" "Select ALM Tool" and "Jira - Connection": from nothing to a draft that knows its Jira."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import CONNECT, needs
from almconnect.lib.api import Refused
from connections import credentials, editing, health, instance
from connections.credentials import Credential
from connections.diagnosing import Explained
from connections.forms import FORMS, ConnectionForm, ToolForm, WithSecret
from connections.models import AuthMethod, Connection
from connections.views.session import person_of
from connections.views.tabs import tabs_of
from jira_client.errors import AuthenticationRefused


@needs(CONNECT)
def select_tool(request: HttpRequest) -> HttpResponse:
    form = ToolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("connections:new_jira")
    return render(request, "connections/select_tool.html", {"form": form})


@needs(CONNECT)
def new_jira(request: HttpRequest) -> HttpResponse:
    """A new connection: a valid form makes the draft, whatever Jira says then."""
    method = _method(request, AuthMethod.OAUTH1)
    form = FORMS[method](request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            connection = editing.create(actor=person_of(request), **form.values)
        except Refused as refused:
            form.blame(refused)
        else:
            return _connect(request, connection, form)
    return _form_page(request, form, None)


@needs(CONNECT)
def edit(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """The same form for a draft under way, and for the settings of a connection."""
    connection = get_object_or_404(Connection, pk=connection_id)
    method = _method(request, connection.auth_method)
    initial = {name: getattr(connection, name) for name in _SHOWN}
    initial["verify_tls"] = connection.checks_tls
    form = FORMS[method](request.POST or None, initial=initial, connection=connection)
    if request.method == "POST" and form.is_valid():
        credential = form.credential() if isinstance(form, WithSecret) else None
        if connection.account_id and credential is not None:
            return _change_live(request, connection, form, credential)
        try:
            editing.edit(connection, actor=person_of(request), values=form.values)
        except Refused as refused:
            form.blame(refused)
        else:
            return _connect(request, connection, form)
    return _form_page(request, form, connection)


def _change_live(
    request: HttpRequest, connection: Connection, form: ConnectionForm, credential: Credential
) -> HttpResponse:
    """Settings and credential of a connection in use: proven together first, or nothing changes."""
    values = {k: v for k, v in form.values.items() if k not in ("auth_method", "username")}
    try:
        person = credentials.verify(editing.preview(connection, values), credential)
        editing.edit(connection, actor=person_of(request), values=values)
        outcome = credentials.settle(connection, credential, person, actor=person_of(request))
    except Explained as error:
        found = health.note_attempt(connection, error)
        return _form_page(request, form, connection, diagnosis=found, status=409)
    except Refused as refused:
        form.blame(refused)
        return _form_page(request, form, connection)
    return _settled(request, connection, outcome)


_SHOWN = ("name", "base_url", "username", "ca_bundle", "fingerprint", "api_url")


def _connect(request: HttpRequest, connection: Connection, form: ConnectionForm) -> HttpResponse:
    """ "Connect to Jira": ask the instance what it is; only then does a credential travel."""
    for note in instance.trim(form.cleaned_data["base_url"]).notes:
        messages.info(request, note)
    try:
        seen = instance.look(connection)
        instance.observe(connection, seen.server)
    except AuthenticationRefused:
        seen = None  # it is a Jira that tells strangers nothing; signing in will tell more
    except Explained as error:
        found = health.note_attempt(connection, error)
        return _form_page(request, form, connection, diagnosis=found, status=409)
    if seen is not None and seen.difference:
        messages.warning(
            request,
            _("Jira's own Base URL is not what you entered: %(difference)s.")
            % {"difference": seen.difference},
        )
    if connection.auth_method == AuthMethod.OAUTH1:
        done = credentials.stored(connection) is not None
        return redirect("connections:detail" if done else "connections:setup_oauth", connection.pk)
    return _sign_in(request, connection, form)


def _sign_in(request: HttpRequest, connection: Connection, form: Any) -> HttpResponse:
    credential = form.credential()
    if credential is None:
        messages.success(request, _("Saved."))
        return redirect("connections:detail", connection.pk)
    try:
        outcome = credentials.present(connection, credential, actor=person_of(request))
    except Explained as error:
        found = health.note_attempt(connection, error)
        return _form_page(request, form, connection, diagnosis=found, status=409)
    return _settled(request, connection, outcome)


def _settled(
    request: HttpRequest, connection: Connection, outcome: credentials.Outcome
) -> HttpResponse:
    if outcome.pending:
        return redirect("connections:account", connection.pk)
    messages.success(
        request, _("Connected. This connection acts as %(name)s.") % {"name": outcome.person.name}
    )
    return redirect("connections:detail", connection.pk)


def _method(request: HttpRequest, default: str) -> str:
    asked = request.POST.get("method") or request.GET.get("method") or default
    return asked if asked in FORMS else AuthMethod.OAUTH1.value


def _form_page(
    request: HttpRequest,
    form: ConnectionForm,
    connection: Connection | None,
    *,
    diagnosis: dict[str, Any] | None = None,
    status: int | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "connection": connection,
        "method": form.method,
        "diagnosis": diagnosis,
        "tabs": tabs_of(connection, "connection") if connection else [],
    }
    code = status or (422 if form.errors else 200)
    return render(request, "connections/jira_connection.html", context, status=code)
