"""Who acts in a browser, in which session, whether a part of a page is asked for, and what comes next once
a credential was proven."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import User
from connections.credentials.credentials import Outcome
from connections.models import Connection
from connections.probes import checkup


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


def settled(
    request: HttpRequest, connection: Connection, outcome: Outcome, words: str
) -> HttpResponse:
    """Where a proven credential leads: to the decision on another account, or to the connection, which goes
    on. `words`: what to say then, with a place for the `name` of the account.
    """
    tell_remarks(request, outcome)
    if outcome.pending:
        return redirect("connections:account", connection.pk)
    checkup.end_stop(connection, actor=person_of(request))
    messages.success(request, words % {"name": outcome.person.name})
    return redirect("connections:detail", connection.pk)
