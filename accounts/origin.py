"""Middleware: from where, and by which way of sign-in, the present request comes; for the audit trail.

Every verb writes its own audit entry and none of them knows of requests, so the request is remembered for
as long as it is answered, by thread. Workers and commands have none.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest, HttpResponseBase

from accounts.models import ApiToken, User
from almconnect.lib.client_address import address_of

_present: ContextVar[HttpRequest | None] = ContextVar("request", default=None)
_NAMES = {"socialaccount": "single_sign_on"}


class Origin:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        before = _present.set(request)
        try:
            return self.get_response(request)
        finally:
            _present.reset(before)


def address() -> str:
    return address_of(_present.get())[:45]


def way() -> str:
    """`token`, or the proofs given at sign-in, such as `password+totp`; `link` for a session that began
    with a one-time link; empty where nobody is signed in.
    """
    request = _present.get()
    if request is None:
        return ""
    if isinstance(getattr(request, "auth", None), ApiToken):
        return "token"
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not hasattr(request, "session"):
        return ""
    return "+".join(proofs(request, user))[:60] or "link"


def proofs(request: HttpRequest, user: User) -> list[str]:
    """In the order in which they were given, each once: those of sign-in, not of later confirmations."""
    records = [
        one for one in get_authentication_records(request, user) if not one.get("reauthenticated")
    ]
    ways = [str(one.get("type") or one.get("method")) for one in records]
    return list(dict.fromkeys(_NAMES.get(one, one) for one in ways))
