"""The page of people: an admin adds, invites, changes roles, switches off and on."""

from __future__ import annotations

import uuid

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.db.models import Exists, F, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import api_tokens, people
from accounts.access import CONNECT, needs
from accounts.bearer_tokens import actor_of
from accounts.forms import NewPerson, RoleChoice
from accounts.models import ApiToken, Role, User
from accounts.provider import provider_id
from accounts.reauthentication import reconfirmed
from almconnect.lib.api import Refused
from almconnect.lib.pages import page_of, show_refusal


@needs(CONNECT)
@require_GET
def list_people(request: HttpRequest) -> HttpResponse:
    factors = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    second = Authenticator.objects.filter(user=OuterRef("pk"), type__in=factors)
    sign_on = SocialAccount.objects.filter(user=OuterRef("pk"), provider=provider_id())
    rows = User.objects.annotate(second_step=Exists(second), signs_on=Exists(sign_on))
    rows = rows.order_by("-is_active", "username")
    return render(
        request, "accounts/people.html", {"page": page_of(request, rows), "roles": Role.choices}
    )


@needs(CONNECT)
@require_GET
def list_tokens(request: HttpRequest) -> HttpResponse:
    """Everybody's live tokens, those that were used last first: which script still calls, as whom."""
    rows = ApiToken.objects.live().select_related("user")
    rows = rows.order_by(F("last_used").desc(nulls_last=True), "-created")
    return render(request, "accounts/all_tokens.html", {"page": page_of(request, rows)})


@needs(CONNECT)
@reconfirmed(back="accounts:all_tokens", bare=True)
@require_POST
def revoke_token(request: HttpRequest, token_id: uuid.UUID) -> HttpResponse:
    token = api_tokens.revoke_anybodys(actor=actor_of(request), token_id=token_id)
    messages.success(request, _("%(token)s is revoked.") % {"token": token})
    return redirect("accounts:all_tokens")


@needs(CONNECT)
@reconfirmed()
@never_cache
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    form = NewPerson(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = people.add_person(actor=actor_of(request), **form.cleaned_data)
        except Refused as problem:
            show_refusal(form, problem)
        else:
            return _show_invitation(request, person)
    return render(request, "accounts/person_add.html", {"form": form})


@needs(CONNECT)
@reconfirmed(back="accounts:people", bare=True)
@never_cache
@require_POST
def invite(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    person = get_object_or_404(User, pk=person_id)
    try:
        return _show_invitation(request, person)
    except Refused as problem:
        messages.error(request, problem.message)
        return redirect("accounts:people")


def _show_invitation(request: HttpRequest, person: User) -> HttpResponse:
    link = people.invite(actor=actor_of(request), person=person)
    return render(request, "accounts/invitation.html", {"person": person, "link": link})


@needs(CONNECT)
@reconfirmed(back="accounts:people", bare=True)
@never_cache
@require_POST
def offer_password(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    person = get_object_or_404(User, pk=person_id)
    try:
        link = people.offer_password(actor=actor_of(request), person=person)
    except Refused as problem:
        messages.error(request, problem.message)
        return redirect("accounts:people")
    words = {"person": person, "link": link, "for_password": True}
    return render(request, "accounts/invitation.html", words)


@needs(CONNECT)
@reconfirmed(back="accounts:people", bare=True)
@require_POST
def set_role(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    person = get_object_or_404(User, pk=person_id)
    form = RoleChoice(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the roles."))
        return redirect("accounts:people")
    try:
        person = people.change_role(
            actor=actor_of(request), person=person, role=form.cleaned_data["role"]
        )
    except Refused as problem:
        messages.error(request, problem.message)
    else:
        words = _("%(person)s is now: %(role)s.")
        messages.success(request, words % {"person": person, "role": person.get_role_display()})
    return redirect("accounts:people")


@needs(CONNECT)
@reconfirmed(back="accounts:people", bare=True)
@require_POST
def set_active(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    person = get_object_or_404(User, pk=person_id)
    active = request.POST.get("active") == "yes"
    try:
        people.switch(actor=actor_of(request), person=person, active=active)
    except Refused as problem:
        messages.error(request, problem.message)
    else:
        words = _("%(person)s may sign in again.") if active else _("%(person)s is switched off.")
        messages.success(request, words % {"person": person})
    return redirect("accounts:people")


@needs(CONNECT)
@reconfirmed(back="accounts:people", bare=True)
@require_POST
def drop_second_step(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    person = get_object_or_404(User, pk=person_id)
    people.drop_second_step(actor=actor_of(request), person=person)
    words = _(
        "%(person)s signs in with the password alone, until they set up their app or passkey again."
    )
    messages.success(request, words % {"person": person})
    return redirect("accounts:people")
