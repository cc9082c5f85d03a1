""" "Connect to Jira": what a valid form leads to, for a draft and for a connection in use.

It looks first: the instance is asked what it is, and only a Jira that answers as it should is sent a
credential.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from almconnect.lib.api import Refused
from connections.address import instance
from connections.credentials import credentials
from connections.credentials.credentials import Credential
from connections.health import health
from connections.health.diagnosis import Explained
from connections.models import AuthMethod, Connection
from connections.oauth import key_pair
from connections.probes import instance_probe
from connections.probes.instance_probe import Look
from connections.setup import joint_change, settings_editing
from connections.views.form_page import form_page
from connections.views.forms import ConnectionForm
from connections.views.session import person_of, settled


def submit(
    request: HttpRequest, form: ConnectionForm, connection: Connection | None
) -> HttpResponse:
    """Saves a valid form and goes on to the next page, or shows the form with what keeps it back."""
    credential = form.credential()
    in_use = connection is not None and bool(connection.account_id)
    found = None
    if credential is not None or not in_use or form.changes_the_way():
        found = instance_probe.look_at(connection, form.values)
        if form.blame_look(found):
            _remember(connection, found)
            return form_page(request, form, connection, look=found)
        if found.failure and in_use:
            # A connection in use is not moved to where nothing answers.
            _remember(connection, found)
            return form_page(request, form, connection, look=found, status=409)
    if connection is not None and in_use and credential is not None:
        return _change_live(request, connection, form, credential)
    try:
        if connection is None:
            connection = settings_editing.create(actor=person_of(request), **form.values)
        else:
            settings_editing.edit(connection, actor=person_of(request), values=form.values)
    except Refused as refused:
        form.blame(refused)
        return form_page(request, form, connection, look=found)
    return _connect(request, connection, form, found, credential)


def _remember(connection: Connection | None, found: Look) -> None:
    """Why a press did not lead on, for whoever comes next; settings that are not saved tell no more."""
    if connection is not None and found.failure is not None:
        instance_probe.keep(connection, found)


def _change_live(
    request: HttpRequest, connection: Connection, form: ConnectionForm, credential: Credential
) -> HttpResponse:
    """Settings and credential of a connection in use: proven together first, or nothing changes."""
    try:
        outcome = joint_change.change(
            connection,
            form.values,
            credential,
            actor=person_of(request),
            retry="retry" in request.POST,
        )
    except Explained as error:
        found = health.note_attempt(connection, error)
        return form_page(request, form, connection, diagnosis=found, status=409)
    except Refused as refused:
        form.blame(refused)
        return form_page(request, form, connection)
    _tell_trimmed(request, form)
    return settled(request, connection, outcome, _("Connected. This connection acts as %(name)s."))


def _connect(
    request: HttpRequest,
    connection: Connection,
    form: ConnectionForm,
    found: Look | None,
    credential: Credential | None,
) -> HttpResponse:
    """ "Connect to Jira", once it was looked at: what it told is kept, then a credential travels."""
    _tell_trimmed(request, form)
    if found is not None:
        instance_probe.keep(connection, found)
        if found.failure is not None:
            return form_page(request, form, connection, look=found, status=409)
    if connection.wanted_method == AuthMethod.OAUTH1:
        if bits := form.cleaned_data.get("key_bits"):
            key_pair.ensure_keys(connection, actor=person_of(request), bits=int(bits))
        _tell_seen(request, connection, found)
        done = credentials.stored(connection) is not None and not connection.next_method
        return redirect("connections:detail" if done else "connections:setup_oauth", connection.pk)
    if connection.wanted_method == AuthMethod.OAUTH2:
        _tell_seen(request, connection, found)
        done = credentials.stored(connection) is not None and not connection.next_method
        return redirect("connections:detail" if done else "connections:setup_oauth2", connection.pk)
    if credential is None:
        messages.success(request, _("Saved."))
        return redirect("connections:detail", connection.pk)
    try:
        outcome = credentials.present(
            connection, credential, actor=person_of(request), retry="retry" in request.POST
        )
    except Explained as error:
        why = health.note_attempt(connection, error)
        return form_page(request, form, connection, diagnosis=why, look=found, status=409)
    _tell_seen(request, connection, found)
    return settled(request, connection, outcome, _("Connected. This connection acts as %(name)s."))


def _tell_trimmed(request: HttpRequest, form: ConnectionForm) -> None:
    for note in form.notes():
        messages.info(request, note)


def _tell_seen(request: HttpRequest, connection: Connection, found: Look | None) -> None:
    """The answer of the look, on the page that comes next."""
    if found is None or found.server is None:
        return
    told = {row.name: row.message for row in found.rows}
    messages.info(
        request,
        _("%(url)s answers. %(clock)s") % {"url": found.target, "clock": told["clock"]},
    )
    difference = instance.difference(connection.base_url, connection.remote_base_url)
    if difference:
        messages.warning(
            request,
            _("Jira's own Base URL is not what you entered: %(difference)s.")
            % {"difference": difference},
        )
