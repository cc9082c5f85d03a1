"""The pages of single sign-on: going to the identity provider, and coming back."""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from requests import RequestException

from accounts.access import READ, needs, public
from accounts.models import User
from accounts.provider import Dance, Untrusted, configured, fresh_state, provider_id
from accounts.single_sign_on_adapter import SingleSignOnAdapter, refused


@public
@never_cache
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """A page that goes on to the provider: a form may not lead to another site by itself (CSP)."""
    again = request.POST.get("again") == "yes"
    adapter, nonce = _adapter(), secrets.token_urlsafe(32)
    asked = {"nonce": nonce} | ({"prompt": "login", "max_age": "0"} if again else {})
    try:
        leaving = adapter.get_provider(request, provider_id()).redirect(
            request,
            process="login",
            next_url=get_next_redirect_url(request),
            data=fresh_state(nonce, again=again),
            auth_params=asked,
        )
    except (RequestException, Untrusted, OAuth2Error) as problem:
        return refused(request, None, problem)
    return render(request, "account/sign_on_leaving.html", {"address": leaving["Location"]})


@public
@never_cache
@require_GET
def finish(request: HttpRequest) -> HttpResponse:
    """Back from the provider, with its answer in the query."""
    _adapter()
    answer: HttpResponse = _Arrival.adapter_view(Dance(request, provider_id()))(request)
    return answer


@needs(READ)
@never_cache
@require_GET
def confirm(request: HttpRequest) -> HttpResponse:
    """For people who have nothing but the provider to say once more who they are."""
    _adapter()
    return render(
        request, "account/sign_on_confirm.html", {"next": get_next_redirect_url(request) or "/"}
    )


def vouches_for(person: User) -> bool:
    """Whether the provider can say once more that this person is who they are."""
    if configured() is None:
        return False
    return bool(SocialAccount.objects.filter(user=person, provider=provider_id()).exists())


class _Arrival(OAuth2CallbackView):  # type: ignore[misc]  # allauth ships no types
    def _get_state(self, request: HttpRequest, provider: Any) -> tuple[Any, Any]:
        state, refusal = super()._get_state(request, provider)
        self.adapter.expected = (state or {}).get("data")
        return state, refusal


def _adapter() -> SingleSignOnAdapter:
    """Raises Http404 while single sign-on is off."""
    if configured() is None:
        raise Http404
    return SingleSignOnAdapter()
