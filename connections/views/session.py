"""Who acts in a browser, in which session, and whether a part of a page is asked for."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User
from connections.credentials.credentials import Outcome


def person_of(request: HttpRequest) -> User:
    """The person signed in. `@needs` has admitted them; anything else is our own fault."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def session_key_of(request: HttpRequest) -> str:
    """The key of this browser's session, made if it has none yet."""
    if not request.session.session_key:
        request.session.create()
    return request.session.session_key or ""


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page that is open."""
    return bool(getattr(request, "htmx", False)) and not request.htmx.boosted  # type: ignore[attr-defined]


def tell_remarks(request: HttpRequest, outcome: Outcome) -> None:
    """What was found of the way, and what speaks against the account, on the page that comes next."""
    for note in outcome.notes:
        messages.info(request, note)
    for one in outcome.remarks:
        messages.warning(request, f"{one.message} {one.remedy}")
