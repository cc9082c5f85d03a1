"""A person's own things: profile, time zone, API tokens."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import api_tokens, audit, sign_ins
from accounts.access import READ, needs
from accounts.bearer_tokens import actor_of
from accounts.forms import NewToken, Profile
from accounts.models import User
from accounts.reauthentication import reconfirmed
from accounts.sign_ins import MARK
from accounts.single_sign_on import vouches_for
from almconnect.lib.api import Refused
from almconnect.lib.pages import show_refusal


@needs(READ)
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    person = actor_of(request)
    start = {"full_name": person.get_full_name(), "time_zone": person.time_zone}
    form = Profile(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        _save_profile(person, start, form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("accounts:profile")
    here = [(row, str(row.pk) == request.session.get(MARK)) for row in sign_ins.living(person)]
    shown = {"form": form, "signs_on": vouches_for(person), "sign_ins": here}
    return render(request, "accounts/profile.html", shown)


@needs(READ)
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """No confirmation first: it takes access away and gives none, and is wanted in a hurry."""
    sign_ins.sign_out_everywhere(actor=actor_of(request))
    logout(request)
    messages.success(request, _("You are signed out everywhere."))
    return redirect("account_login")


@transaction.atomic
def _save_profile(person: User, before: dict[str, str], after: dict[str, str]) -> None:
    person.first_name, _space, person.last_name = after["full_name"].partition(" ")
    person.time_zone = after["time_zone"]
    person.save(update_fields=["first_name", "last_name", "time_zone"])
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        audit.record(
            "person.profile_changed",
            actor=person,
            target=person,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )


@needs(READ)
@reconfirmed()
@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens, and the form for another. A new one's text is in this answer alone."""
    person = actor_of(request)
    form = NewToken(request.POST or None, person=person)
    made, text = None, ""
    if request.method == "POST" and form.is_valid():
        try:
            made, text = api_tokens.create_token(actor=person, **form.cleaned_data)
        except Refused as problem:
            show_refusal(form, problem)
        else:
            form = NewToken(person=person)
    rows = person.api_tokens.order_by("revoked", "-created")[:200]
    return render(
        request,
        "accounts/tokens.html",
        {"form": form, "tokens": rows, "made": made, "text": text},
    )


@needs(READ)
@reconfirmed(back="accounts:tokens", bare=True)
@require_POST
def revoke_token(request: HttpRequest, token_id: uuid.UUID) -> HttpResponse:
    token = api_tokens.revoke_token(actor=actor_of(request), token_id=token_id)
    messages.success(request, _("%(token)s is revoked.") % {"token": token.name or _("The token")})
    return redirect("accounts:tokens")
