""" "Select ALM Tool" and "Jira - Connection": from nothing to a draft, looked at and tried out.

What "Connect to Jira" does with a valid form is in `form_submission`.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from accounts.access import CONNECT, needs
from accounts.reauthentication import reconfirmed
from almconnect.lib.api import Refused
from connections.models import AuthMethod, Connection
from connections.probes import checkup, instance_probe
from connections.views.form_page import form_page, ways_of
from connections.views.form_submission import submit
from connections.views.forms import LOOKED, ConnectionForm, ToolForm
from connections.views.session import is_fragment, person_of
from connections.views.sign_in_forms import FORMS
from connections.views.tabs import tabs_of

SECRETS = (
    "password", "token", "client_secret", "proxy_password", "client_key", "client_key_passphrase",
    "extra_headers",
)  # fmt: skip
_SHOWN = (
    "name", "base_url", "username", "ca_bundle", "fingerprint", "api_url", "proxy_url",
    "proxy_username", "client_certificate", "secret_expires",
)  # fmt: skip


@needs(CONNECT)
def select_tool(request: HttpRequest) -> HttpResponse:
    form = ToolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("connections:new_jira")
    context = {"form": form, "tabs": tabs_of(None, "connection")}
    return render(request, "connections/select_tool.html", context)


@sensitive_post_parameters(*SECRETS)
@needs(CONNECT)
@reconfirmed()
def new_jira(request: HttpRequest) -> HttpResponse:
    """A new connection: a valid form makes the draft, unless its address could never be called."""
    return _page(request, None, AuthMethod.OAUTH1.value, {})


@sensitive_post_parameters(*SECRETS)
@needs(CONNECT)
@reconfirmed()
def edit(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """The same form for a draft under way, and for the settings of a connection."""
    connection = get_object_or_404(Connection, pk=connection_id)
    initial = {name: getattr(connection, name) for name in _SHOWN}
    initial["verify_tls"] = connection.checks_tls
    initial["extra_headers"] = "".join(f"{name}: ••••••••\n" for name in connection.header_names)
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
            return submit(request, form, connection)
    return form_page(request, form, connection)


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
    found = instance_probe.look_at(connection, form.looked) if form.looked else None
    if is_fragment(request):
        context = {"look": found, "form": form, "method": form.method, "fragment": True}
        return render(request, "connections/_look.html", context | ways_of(form, found))
    return form_page(request, form, connection, look=found)


def _test(
    request: HttpRequest, form: ConnectionForm, connection: Connection | None
) -> HttpResponse:
    """ "Test connection" of what is on the screen, typed secret included; nothing is written."""
    try:
        result = checkup.try_out(
            connection or Connection(),
            form.values,
            form.credential(),
            actor=person_of(request),
            retry="retry" in request.POST,
        )
    except Refused as refused:
        form.blame(refused)
        return form_page(request, form, connection)
    return form_page(request, form, connection, result=result)
