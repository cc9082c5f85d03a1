"""Codes of an authenticator app: each works once, also the one that set the app up.

RFC 6238, 5.2: a verifier must not accept a code a second time. allauth remembers a code for one step of
30 seconds and takes it for three, and does not remember the code of the set-up at all.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as asking
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as setting_up
from allauth.mfa.totp.internal.auth import normalize_user_code
from django.core.cache import cache

from accounts.models import User


def _key(person: User, code: str) -> str:
    return f"accounts.app_code.spent:{person.pk}:{normalize_user_code(code)}"


def is_spent(person: User, code: str) -> bool:
    return cache.get(_key(person, code)) is not None


def spend(person: User, code: str) -> bool:
    """Whether this caller is the first to use it; remembered for as long as the code could be taken."""
    lives = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
    return bool(cache.add(_key(person, code), "y", timeout=lives))


class _Once(asking.BaseAuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """Recovery codes, which share the field, are used up by allauth itself."""

    def clean_code(self) -> str:
        if is_spent(self.user, self.cleaned_data["code"]):
            check_rate_limit(self.user)
            raise get_adapter().validation_error("incorrect_code")
        code: str = super().clean_code()
        by_app = self.authenticator.type == Authenticator.Type.TOTP
        if by_app and not spend(self.user, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SecondStep(_Once, asking.AuthenticateForm):  # type: ignore[misc]  # as above
    """After the password."""


class Confirmation(_Once, asking.ReauthenticateForm):  # type: ignore[misc]  # as above
    """Once more, before credentials, people or tokens are touched."""


class Activation(setting_up.ActivateTOTPForm):  # type: ignore[misc]  # as above
    """Setting the app up spends the code that proves it."""

    def clean_code(self) -> Any:
        code = super().clean_code()
        if not spend(self.user, code):
            raise get_adapter().validation_error("incorrect_code")
        return code
