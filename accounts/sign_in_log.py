"""Sign-ins, sign-outs and changes to how a person signs in, as audit entries.

Listens to Django's and allauth's signals, so that every way in is witnessed, whichever view it took.
"""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import audit, origin, revocation, sign_ins
from accounts.models import User


@receiver(user_logged_in)
def signed_in(user: User, request: HttpRequest, **rest: Any) -> None:
    """`after["by"]`: the proofs given, in order, such as password and totp; none for a one-time link."""
    sign_ins.note(request, user)
    by = origin.proofs(request, user)
    audit.record("person.signed_in", actor=user, target=user, after={"by": by})


@receiver(user_logged_out)
def signed_out(user: User | None, request: HttpRequest | None = None, **rest: Any) -> None:
    sign_ins.note_end(request)
    if user is not None:
        audit.record("person.signed_out", actor=user, target=user)


@receiver(user_login_failed)
def refused(credentials: dict[str, Any], **rest: Any) -> None:
    """Only for people who exist: what else was typed there may be a password in the wrong field."""
    person = User.objects.filter(username=credentials.get("username") or "").first()
    if person is not None:
        audit.record("person.sign_in_failed", actor=None, target=person)


@receiver([password_changed, password_set])
def chose_password(user: User, request: HttpRequest, **rest: Any) -> None:
    """What was begun with the old password ends, but for the session in which it was changed."""
    revocation.end_sessions(user, but=request)
    revocation.end_links(user)
    cut = revocation.end_tokens(user)
    audit.record("person.password_changed", actor=user, target=user, after={"revoked": cut})


@receiver(authenticator_added)
def added_factor(user: User, authenticator: Any, **rest: Any) -> None:
    _factor("person.second_factor_added", user, authenticator)


@receiver(authenticator_removed)
def removed_factor(user: User, authenticator: Any, **rest: Any) -> None:
    _factor("person.second_factor_removed", user, authenticator)


@receiver(authenticator_reset)
def reset_factor(user: User, authenticator: Any, **rest: Any) -> None:
    _factor("person.second_factor_reset", user, authenticator)


def _factor(action: str, user: User, authenticator: Any) -> None:
    """`kind`, and of a passkey its name too: a person may have several."""
    what = {"kind": str(authenticator.type)}
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        what["name"] = str(authenticator)
    audit.record(action, actor=user, target=user, after=what)
