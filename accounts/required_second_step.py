"""Middleware: people of roles that must have a second step are led to set one up before anything else.

Whoever came by single sign-on is taken as their provider let them in. API tokens are made by people who
passed here; they have no second step of their own.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import origin
from accounts.models import User

FREE = ("/account/", "/api/", "/theme/", "/static/", "/livez", "/readyz", "/metrics", "/sessions/")
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class RequiredSecondStep:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not settings.SECOND_FACTOR_FOR or request.path.startswith(FREE) or not _lacks(request):
            return self.get_response(request)
        place = reverse("mfa_index")
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(headers={"HX-Redirect": place})
        messages.warning(
            request,
            _("Your role needs a second step at sign-in: set up an app or a passkey, then go on."),
        )
        return HttpResponseRedirect(place)


def _lacks(request: HttpRequest) -> bool:
    user = request.user
    if not isinstance(user, User) or user.role not in settings.SECOND_FACTOR_FOR:
        return False
    if "single_sign_on" in origin.proofs(request, user):
        return False
    return not Authenticator.objects.filter(user=user, type__in=FACTORS).exists()
