"""Ways in that need no password yet: first-run setup, a link from the command line, an invitation.

Each needs an unspent one-time link; without one the answer is 403, whatever else is true.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from accounts import audit, one_time
from accounts.access import public
from accounts.forms import ChosenPassword, FirstAdmin
from accounts.models import LinkPurpose, OneTimeLink, Role, User
from accounts.people import add_person
from almconnect.lib.api import Refused
from almconnect.lib.pages import show_refusal


@public
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest, text: str) -> HttpResponse:
    """The first admin chooses name and password. Closed for good once anybody exists."""
    link = one_time.living(LinkPurpose.SETUP, text)
    if link is None or User.objects.exists():
        raise PermissionDenied
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
    if not one_time.spend(link) or User.objects.exists():
        raise PermissionDenied
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
def sign_in_link(request: HttpRequest, text: str) -> HttpResponse:
    """Whoever opens the link first is signed in. Printed on a terminal, so a GET may spend it."""
    link = one_time.living(LinkPurpose.SIGN_IN, text)
    if link is None or link.user is None or not one_time.spend(link):
        raise PermissionDenied
    return _enter(request, link.user)


@public
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, text: str) -> HttpResponse:
    """An invited person chooses a password. Opening the page alone spends nothing."""
    link = one_time.living(LinkPurpose.INVITE, text)
    if link is None or link.user is None:
        raise PermissionDenied
    form = ChosenPassword(request.POST or None, person=link.user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            if not one_time.spend(link):
                raise PermissionDenied
            link.user.set_password(form.cleaned_data["password1"])
            link.user.save(update_fields=["password"])
            audit.record("person.joined", actor=link.user, target=link.user)
        return _enter(request, link.user)
    return render(request, "accounts/invite.html", {"form": form, "person": link.user})


def _enter(request: HttpRequest, user: User) -> HttpResponseRedirect:
    request.session.flush()  # nothing of whoever sat here before
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)
