"""How allauth behaves here: nobody signs up by themselves; an admin adds people."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from almconnect.lib.client_address import UNKNOWN, address_of


class ConsoleAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The true one: the middleware has put it there. Whoever has none (a socket file) is let in."""
        return address_of(request) or UNKNOWN

    def get_reauthentication_methods(self, user: User) -> list[dict[str, str]]:
        """allauth's ways to say once more who one is, in the words of our pages."""
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code of your app, or a recovery code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        ways = super().get_reauthentication_methods(user)
        return [{**way, "description": words[way["id"]]} for way in ways]
