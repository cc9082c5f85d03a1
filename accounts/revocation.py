"""What ends when somebody is switched off, chooses a password, or asks for it: sessions and tokens.

A session holds a keyed hash of its person's password and round (`User.rounds`): another round ends all of
them at once, in every process, and none comes to life again whatever is set back later.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.contrib.auth import update_session_auth_hash
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import ApiToken, OneTimeLink, SignedIn, User


def end_sessions(person: User, *, but: HttpRequest | None = None) -> None:
    """For good. `but`: the person's own request, whose session goes on under another key."""
    User.objects.filter(pk=person.pk).update(rounds=F("rounds") + 1)
    person.refresh_from_db(fields=["rounds"])
    if but is not None:
        update_session_auth_hash(but, person)
        here = SignedIn.objects.filter(
            pk=str(but.session.get("signed_in") or uuid.UUID(int=0)), user=person
        )
        here.update(rounds=person.rounds)


def end_tokens(person: User, kept_roles: Iterable[str] = ()) -> int:
    """Revoke the tokens beyond these roles; how many."""
    tokens = ApiToken.objects.filter(user=person, revoked=None).exclude(role__in=list(kept_roles))
    return tokens.update(revoked=timezone.now())


def end_links(person: User) -> None:
    OneTimeLink.objects.filter(user=person, used=None).delete()
