""" "Select ALM Tool" and "Jira - Connection": from nothing to a draft that knows its Jira.

"Connect to Jira" looks first: the instance is asked what it is, and only a Jira that answers as it
should is sent a credential.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts.access import CONNECT, needs
from accounts.reconfirming import reconfirmed
from almconnect.lib.api import Refused
from connections import (
    changing,
    checkup,
    credentials,
    editing,
    health,
    instance,
    key_pair,
    looking,
    ways,
)
from connections.checkup import CheckResult
from connections.credentials import Credential
from connections.diagnosing import Explained
from connections.forms import LOOKED, ConnectionForm, ToolForm
from connections.looking import Look
from connections.models import AuthMethod, Connection
from connections.sign_in_forms import FORMS, WithSecret
from connections.views.session import is_fragment, person_of
from connections.views.tabs import tabs_of

_SHOWN = (
    "name", "base_url", "username", "ca_bundle", "fingerprint", "api_url", "proxy_url",
    "secret_expires",
)  # fmt: skip


@needs(CONNECT)
def select_tool(request: HttpRequest) -> HttpResponse:
    form = ToolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("connections:new_jira")
    return render(request, "connections/select_tool.html", {"form": form})


@sensitive_post_parameters("password", "token")
@needs(CONNECT)
@reconfirmed()
def new_jira(request: HttpRequest) -> HttpResponse:
    """A new connection: a valid form makes the draft, unless its address could never be called."""
    return _page(request, None, AuthMethod.OAUTH1.value, {})


@sensitive_post_parameters("password", "token")
@needs(CONNECT)
@reconfirmed()
def edit(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """The same form for a draft under way, and for the settings of a connection."""
    connection = get_object_or_404(Connection, pk=connection_id)
    initial = {name: getattr(connection, name) for name in _SHOWN}
    initial["verify_tls"] = connection.checks_tls
    return _page(request, connection, connection.auth_method, initial)


def _page(
    request: HttpRequest, connection: Connection | None, default: str, initial: dict[str, Any]
) -> HttpResponse:
    method = request.POST.get("method") or request.GET.get("method") or default
    kind = FORMS.get(method, FORMS[AuthMethod.OAUTH1.value])
    # “Switch to …” takes along what was typed so far.
    initial |= {name: request.GET[name] for name in ("name", "base_url") if name in request.GET}
    form = kind(_data(request), initial=initial, connection=connection)
    if request.method == "POST":
        if "look" in request.POST or "trust" in request.POST:
            return _look(request, form, connection)
        if form.is_valid():
            if "test" in request.POST:
                return _test(request, form, connection)
            return _submit(request, form, connection)
    return _form_page(request, form, connection)


def _data(request: HttpRequest) -> QueryDict | None:
    """What was typed; “Trust exactly this certificate” fills in its fingerprint."""
    if request.method != "POST":
        return None
    data = request.POST.copy()
    if "trust" in data:
        data["fingerprint"], data["advanced"] = request.POST["trust"], "on"
    return data


def _look(
    request: HttpRequest, form: ConnectionForm, connection: Connection | None
) -> HttpResponse:
    """What the typed address is. Nothing is written, no credential is sent or judged."""
    form.only(LOOKED)
    found = looking.look(_shadow(connection, form.looked)) if form.looked else None
    if is_fragment(request):
        context = {"look": found, "form": form, "method": form.method, "fragment": True}
        return render(request, "connections/_look.html", context | _ways(form, found))
    return _form_page(request, form, connection, look=found)


def _test(
    request: HttpRequest, form: ConnectionForm, connection: Connection | None
) -> HttpResponse:
    """ "Test connection" of what is on the screen, typed secret included; nothing is written."""
    try:
        result = checkup.try_out(
            connection or Connection(),
            form.values,
            _credential(form),
            actor=person_of(request),
            retry="retry" in request.POST,
        )
    except Refused as refused:
        form.blame(refused)
        return _form_page(request, form, connection)
    return _form_page(request, form, connection, result=result)


def _credential(form: ConnectionForm) -> Credential | None:
    return form.credential() if isinstance(form, WithSecret) else None


def _submit(
    request: HttpRequest, form: ConnectionForm, connection: Connection | None
) -> HttpResponse:
    credential = _credential(form)
    in_use = connection is not None and bool(connection.account_id)
    found = None
    if credential is not None or not in_use or form.changes_the_way():
        found = looking.look(_shadow(connection, form.values))
        if form.blame_look(found):
            _remember(connection, found)
            return _form_page(request, form, connection, look=found)
        if found.failure and in_use:
            # A connection in use is not moved to where nothing answers.
            _remember(connection, found)
            return _form_page(request, form, connection, look=found, status=409)
    if connection is not None and in_use and credential is not None:
        return _change_live(request, connection, form, credential)
    try:
        if connection is None:
            connection = editing.create(actor=person_of(request), **form.values)
        else:
            editing.edit(connection, actor=person_of(request), values=form.values)
    except Refused as refused:
        form.blame(refused)
        return _form_page(request, form, connection, look=found)
    return _connect(request, connection, form, found, credential)


def _remember(connection: Connection | None, found: Look) -> None:
    """Why a press did not lead on, for whoever comes next; settings that are not saved tell no more."""
    if connection is not None and found.failure is not None:
        looking.keep(connection, found)


def _change_live(
    request: HttpRequest, connection: Connection, form: ConnectionForm, credential: Credential
) -> HttpResponse:
    """Settings and credential of a connection in use: proven together first, or nothing changes."""
    try:
        outcome = changing.change(
            connection,
            form.values,
            credential,
            actor=person_of(request),
            retry="retry" in request.POST,
        )
    except Explained as error:
        found = health.note_attempt(connection, error)
        return _form_page(request, form, connection, diagnosis=found, status=409)
    except Refused as refused:
        form.blame(refused)
        return _form_page(request, form, connection)
    _tell_trimmed(request, form)
    return _settled(request, connection, outcome)


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
        looking.keep(connection, found)
        if found.failure is not None:
            return _form_page(request, form, connection, look=found, status=409)
    if connection.wanted_method == AuthMethod.OAUTH1:
        if bits := form.cleaned_data.get("key_bits"):
            key_pair.ensure_keys(connection, actor=person_of(request), bits=int(bits))
        _tell_seen(request, connection, found)
        done = credentials.stored(connection) is not None and not connection.next_method
        return redirect("connections:detail" if done else "connections:setup_oauth", connection.pk)
    if credential is None:
        messages.success(request, _("Saved."))
        return redirect("connections:detail", connection.pk)
    try:
        outcome = credentials.present(
            connection, credential, actor=person_of(request), retry="retry" in request.POST
        )
    except Explained as error:
        why = health.note_attempt(connection, error)
        return _form_page(request, form, connection, diagnosis=why, look=found, status=409)
    _tell_seen(request, connection, found)
    return _settled(request, connection, outcome)


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


def _settled(
    request: HttpRequest, connection: Connection, outcome: credentials.Outcome
) -> HttpResponse:
    if outcome.pending:
        return redirect("connections:account", connection.pk)
    messages.success(
        request, _("Connected. This connection acts as %(name)s.") % {"name": outcome.person.name}
    )
    return redirect("connections:detail", connection.pk)


def _shadow(connection: Connection | None, values: dict[str, Any]) -> Connection:
    """What is on the screen, as a connection that is not to be saved."""
    shadow = editing.preview(connection or Connection(), values)
    if connection is None or shadow.origin != connection.origin:
        shadow.deployment = shadow.version = ""  # observed at another address
    return shadow


def _ways(form: ConnectionForm, found: Look | None) -> dict[str, Any]:
    """Which ways in to offer, and what to know of the chosen one."""
    flavour = found.flavour if found else None
    if found is None and form.connection is not None:
        flavour = form.known_flavour()
    return {
        "ways": ways.offered(flavour),
        "way_note": ways.note(form.method, flavour),
        "way_refused": ways.refusal(form.method, flavour),
    }


def _form_page(
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
        "sent_before": bool(diagnosis and diagnosis["code"] == "refused_before")
        or bool(result and any(row.code == "refused_before" for row in result.rows)),
        "tabs": tabs_of(connection, "connection") if connection else [],
        **_ways(form, look),
    }
    code = status or (422 if form.errors else 200)
    return render(request, "connections/jira_connection.html", context, status=code)
