"""Ways in that need no password yet: first-run setup, a link from the command line, an invitation, and
the link to choose another password.

Each needs an unspent one-time link; without one the answer is 403, whatever else is true, and says what
is the matter with the link and how to go on.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from accounts import audit, one_time_links
from accounts.access import public
from accounts.forms import ChosenPassword, FirstAdmin
from accounts.models import LinkPurpose, OneTimeLink, Role, User
from accounts.one_time_links import LinkDead
from accounts.people import add_person, choose_password
from almconnect.lib.api import Refused
from almconnect.lib.pages import show_refusal

Entrance = Callable[[HttpRequest, str], HttpResponse]


def by_link(purpose: LinkPurpose) -> Callable[[Entrance], Entrance]:
    """A page behind a one-time link of this purpose; a dead link gets the page that says why."""

    def declare(view: Entrance) -> Entrance:
        @wraps(view)
        def guarded(request: HttpRequest, text: str) -> HttpResponse:
            try:
                return view(request, text)
            except LinkDead as dead:
                words = {"why": dead.why, "at": dead.at, "purpose": purpose.value}
                return render(request, "accounts/link_dead.html", words, status=403)

        return guarded

    return declare


@public
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "POST"])
@by_link(LinkPurpose.SETUP)
def setup(request: HttpRequest, text: str) -> HttpResponse:
    """The first admin chooses name and password. Closed for good once anybody exists."""
    link = one_time_links.living(LinkPurpose.SETUP, text)
    if User.objects.exists():
        raise LinkDead(LinkDead.SET_UP)
    form = FirstAdmin(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            admin = _first_admin(link, form)
        except Refused as problem:
            show_refusal(form, problem)
        else:
            return _enter(request, admin)
    return render(request, "accounts/setup.html", {"form": form})


@transaction.atomic
def _first_admin(link: OneTimeLink, form: FirstAdmin) -> User:
    one_time_links.spend_or_refuse(link)
    if User.objects.exists():
        raise LinkDead(LinkDead.SET_UP)
    values = form.cleaned_data
    admin = add_person(
        actor=None, username=values["username"], full_name=values["full_name"], role=Role.ADMIN
    )
    admin.set_password(values["password1"])
    admin.save(update_fields=["password"])
    audit.record("console.set_up", actor=admin, target=admin)
    return admin


@public
@never_cache
@require_GET
@by_link(LinkPurpose.SIGN_IN)
def sign_in_link(request: HttpRequest, text: str) -> HttpResponse:
    """Whoever opens the link first is signed in. Printed on a terminal, so a GET may spend it."""
    link = one_time_links.living(LinkPurpose.SIGN_IN, text)
    person = _person_of(link)
    one_time_links.spend_or_refuse(link)
    return _enter(request, person)


@public
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "POST"])
@by_link(LinkPurpose.INVITE)
def invite(request: HttpRequest, text: str) -> HttpResponse:
    """An invited person chooses a password. Opening the page alone spends nothing.

    It signs in whoever comes for the first time. A second step that is there already (set up over
    single sign-on, or by passkey) is not led past: the person goes to the sign-in page.
    """
    link = one_time_links.living(LinkPurpose.INVITE, text)
    person = _person_of(link)
    form = ChosenPassword(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        _choose(link, person, form, action="person.joined")
        if not Authenticator.objects.filter(user=person).exists():
            return _enter(request, person)
        return _to_sign_in(request)
    return render(request, "accounts/invite.html", {"form": form, "person": person})


@public
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "POST"])
@by_link(LinkPurpose.PASSWORD)
def new_password(request: HttpRequest, text: str) -> HttpResponse:
    """Another password in place of a forgotten one. Signs nobody in."""
    link = one_time_links.living(LinkPurpose.PASSWORD, text)
    person = _person_of(link)
    form = ChosenPassword(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        _choose(link, person, form, action="person.password_changed")
        return _to_sign_in(request)
    return render(request, "accounts/new_password.html", {"form": form, "person": person})


@transaction.atomic
def _choose(link: OneTimeLink, person: User, form: ChosenPassword, *, action: str) -> None:
    one_time_links.spend_or_refuse(link)
    choose_password(person, form.cleaned_data["password1"], action=action)


def _person_of(link: OneTimeLink) -> User:
    if link.user is None:
        raise LinkDead(LinkDead.UNKNOWN)
    return link.user


def _to_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    request.session.flush()
    messages.success(request, _("Your password is set. Sign in with it."))
    return redirect(settings.LOGIN_URL)


def _enter(request: HttpRequest, user: User) -> HttpResponseRedirect:
    request.session.flush()  # nothing of whoever sat here before
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)
