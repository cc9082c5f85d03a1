"""Before credentials, the TLS check, people, tokens or a way of signing in are touched, whoever signed
in a while ago says once more who they are: a session left open on a shared screen must not be enough
to send a password elsewhere, to make a token that outlives the session, or to let somebody else in.

The page is asked for first, so that nothing typed is lost or kept: a form that was opened in time may
be sent for as long again. A person without password, second step and single sign-on has nothing to
confirm with.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from accounts.access import View
from accounts.session_limits import BEGUN
from accounts.single_sign_on import vouches_for

GRACE = 2  # how many times longer a form may lie open than its page may be asked for


def reconfirmed(*, back: str = "", bare: bool = False) -> Callable[[View], View]:
    """For views below `@needs`. `back`: the page, by URL name, that leads to a view which only takes
    POST; it gets the same arguments, unless it is `bare` of them: a list that rows are changed from."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if _is_fresh(request):
                return view(request, *args, **kwargs)
            target = request.get_full_path()
            if back:
                target = reverse(back) if bare else reverse(back, args=args, kwargs=kwargs)
            address = f"{reverse(_page_for(request))}?{urlencode({'next': target})}"
            if request.headers.get("HX-Request") == "true":
                return HttpResponse(headers={"HX-Redirect": address})
            return HttpResponseRedirect(address)

        guarded.reconfirmed = True  # type: ignore[attr-defined]  # read by the test over all routes
        return guarded

    return declare


def _is_fresh(request: HttpRequest) -> bool:
    if not get_reauthentication_flows(request.user) and not _vouched(request):
        return True
    records = get_authentication_records(request, request.user)
    proofs = [record["at"] for record in records] + [request.session.get(BEGUN, 0)]
    allowed = app_settings.REAUTHENTICATION_TIMEOUT * (GRACE if request.method == "POST" else 1)
    return bool(time.time() - max(proofs) < allowed)


def _page_for(request: HttpRequest) -> str:
    """By password where the person has one, else by the second step, else by single sign-on."""
    if request.user.is_authenticated and request.user.has_usable_password():
        return "account_reauthenticate"
    return "mfa_reauthenticate" if get_reauthentication_flows(request.user) else "sign_on_confirm"


def _vouched(request: HttpRequest) -> bool:
    return request.user.is_authenticated and vouches_for(request.user)
