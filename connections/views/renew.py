"""`Renew`: what of a connection ends when, what to make where, and the second way in that waits."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.access import CONNECT, needs
from accounts.reauthentication import reconfirmed
from almconnect.lib.api import Refused
from almconnect.lib.enqueue import enqueue
from almconnect.lib.secret import Secret
from connections.access import gateway
from connections.credentials import second_way
from connections.credentials.credential import Credential
from connections.health import expiry
from connections.health.diagnosis import Explained, diagnose
from connections.models import AuthMethod, Connection
from connections.oauth import sign_in_methods
from connections.report import comparison
from connections.schedule import tasks
from connections.setup import change_over
from connections.views.forms import NO_FILL
from connections.views.session import person_of
from connections.views.sign_in_forms import LONGEST_SECRET, LastDay
from connections.views.tabs import tabs_of
from jira_client.values import Person

_CAN_WAIT = (AuthMethod.BASIC, AuthMethod.PAT, AuthMethod.SERVICE)


class RenewForm(forms.Form):
    """The credential that is to wait. `account`: another account than now, which a person agreed to."""

    field_order = ["auth_method", "username", "secret", "secret_expires"]
    username = forms.CharField(
        label=gettext_lazy("Username or client ID"),
        required=False,
        max_length=255,
        help_text=gettext_lazy("Not for a Personal Access Token."),
        widget=forms.TextInput(attrs=NO_FILL),
    )
    secret = forms.CharField(
        label=gettext_lazy("Token, password or client secret"),
        strip=False,
        max_length=LONGEST_SECRET,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    secret_expires = LastDay()
    account = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, connection: Connection, **more: Any) -> None:
        super().__init__(*args, **more)
        offered = sign_in_methods.offered(gateway.flavour_of(connection))
        ways = [way for way in _CAN_WAIT if way.value in offered]
        self.fields["auth_method"] = forms.ChoiceField(
            label=_("Way in"),
            choices=[(way.value, way.label) for way in ways],
            widget=forms.RadioSelect,
        )
        now = connection.auth_method
        self.order_fields(self.field_order)
        self.initial.setdefault("auth_method", now if now in ways else ways[0].value)
        if now != AuthMethod.OAUTH1:
            self.initial.setdefault("username", connection.username)

    def credential(self) -> Credential:
        data = self.cleaned_data
        method = data["auth_method"]
        username = "" if method == AuthMethod.PAT else data["username"]
        return Credential(method, Secret(data["secret"]), username, ends=data["secret_expires"])


@sensitive_post_parameters("secret")
@needs(CONNECT)
@reconfirmed()
def renew(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """What ends, and a credential that is proven and waits."""
    connection = get_object_or_404(Connection, pk=connection_id)
    form = RenewForm(request.POST or None, connection=connection)
    found: dict[str, Any] | None = None
    other: Person | None = None
    if request.method == "POST" and form.is_valid():
        try:
            proof = second_way.offer(
                connection,
                form.credential(),
                actor=person_of(request),
                account=form.cleaned_data["account"],
                retry="retry" in request.POST,
            )
        except Explained as error:
            found = diagnose(error, connection)
        except second_way.AnotherAccount as refused:
            other = refused.person
            form.add_error(None, refused.message)
        except Refused as refused:
            for name, sentences in refused.fields.items():
                form.add_error(name if name in form.fields else None, sentences)
            if not refused.fields:
                form.add_error(None, refused.message)
        else:
            words = _("%(name)s is proven and waits. It takes over by itself.")
            messages.success(request, words % {"name": proof.person.name})
            return redirect("connections:renew", connection.pk)
    both = comparison.accounts_of(connection) if connection.second_way else None
    rows = comparison.side_by_side(both) if both and not both.running else []
    context = {
        "connection": connection,
        "form": form,
        "diagnosis": found,
        "other": other,
        "waits": second_way.facts_of(connection),
        "ends": expiry.all_ends(connection),
        "compared": both,
        "differences": comparison.lost_and_gained(rows) if rows else None,
        "tabs": tabs_of(connection, "connection"),
    }
    status = 409 if found or other else 422 if form.errors else 200
    return render(request, "connections/renew.html", context, status=status)


@needs(CONNECT)
@reconfirmed(back="connections:renew")
@require_POST
def decide(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """ "Change over now", "Take it away" or "Compare the permissions" of what waits."""
    connection = get_object_or_404(Connection, pk=connection_id)
    try:
        if "now" in request.POST:
            change_over.now(connection, actor=person_of(request))
            words = _("Changed over. This connection acts as %(name)s.")
            messages.success(request, words % {"name": connection.account_name})
        elif "compare" in request.POST:
            for row in comparison.compare_accounts(connection, actor=person_of(request)):
                enqueue(tasks.take_report, row.pk)
            messages.info(
                request, _("The permissions of both are looked at; look again in a minute.")
            )
        else:
            second_way.take_away(connection, actor=person_of(request))
            messages.success(request, _("The second way in was taken away."))
    except Refused as refused:
        messages.error(request, refused.message)
    except Explained as error:
        told = diagnose(error, connection)
        messages.error(request, f"{told['what']} {told['remedy']}")
    return redirect("connections:renew", connection.pk)
