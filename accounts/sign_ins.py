"""Where a person is signed in: listed on their profile, and ended all at once.

Ending goes by the person's round (accounts.revocation), which needs no row; the rows are for people's eyes.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit, origin, revocation
from accounts.models import SignedIn, User
from accounts.session_limits import BEGUN, IDLE, SEEN
from almconnect.lib.client_address import address_of

MARK = "signed_in"  # in the session: which row is this browser's


def note(request: HttpRequest, user: User) -> None:
    """This browser has just signed in. Its limits count from here, not from its next request; rows that
    are over go.
    """
    request.session[BEGUN] = request.session[SEEN] = int(time.time())
    now = timezone.now()
    begun = now - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    SignedIn.objects.filter(user=user).exclude(begun__gt=begun, rounds=user.rounds).delete()
    row = SignedIn.objects.create(
        user=user,
        rounds=user.rounds,
        begun=now,
        seen=now,
        address=address_of(request)[:45],
        way="+".join(origin.proofs(request, user))[:60] or "link",
        browser=request.headers.get("User-Agent", "")[:200],
    )
    request.session[MARK] = str(row.pk)


def note_use(request: HttpRequest) -> None:
    """About once a minute, by accounts.session_limits."""
    if mark := request.session.get(MARK):
        seen = datetime.fromtimestamp(time.time(), UTC)
        SignedIn.objects.filter(pk=mark).update(seen=seen, address=address_of(request)[:45])


def note_end(request: HttpRequest | None) -> None:
    if request is not None and (mark := request.session.get(MARK)):
        SignedIn.objects.filter(pk=mark).delete()


def living(user: User) -> list[SignedIn]:
    """The one used last first."""
    now = timezone.now()
    return list(
        SignedIn.objects.filter(
            user=user,
            rounds=user.rounds,
            begun__gt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE),
            seen__gt=now - timedelta(seconds=IDLE),
        ).order_by("-seen")[:50]
    )


@transaction.atomic
def sign_out_everywhere(*, actor: User) -> None:
    """Also here. API tokens go on: they are ended on their own page."""
    revocation.end_sessions(actor)
    SignedIn.objects.filter(user=actor).delete()
    audit.record("person.signed_out_everywhere", actor=actor, target=actor)
