"""Secrets of the second sign-in step, encrypted before they reach the database; and passkeys' address.

The key is derived from SECRET_KEY, which lies outside of the database; old keys listed in
SECRET_KEY_FALLBACKS still open what they closed. A secret that no key opens locks nobody out
silently: it raises, and an admin removes the person's second step. Of a passkey only the public key
is stored, which is no secret.
"""

from __future__ import annotations

import base64
import ipaddress
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.translation import gettext as _

from accounts.models import User


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the host of the base URL, not to whatever name a request came by."""
        return {"id": _host(), "name": "ALM Connect"}

    def generate_authenticator_name(self, user: User, type: str) -> str:
        here = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)d") % {"number": here + 1}


def seal_again() -> tuple[int, int]:
    """Encrypt every second step's secrets with the present key: how many rows, and how many do not open.

    Row by row, so that it may be stopped and run again.
    """
    done = broken = 0
    for pk in Authenticator.objects.exclude(type="webauthn").values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row is None:
                continue
            try:
                row.data = {name: _fresh(name, value) for name, value in row.data.items()}
            except InvalidToken:
                broken += 1
                continue
            row.save(update_fields=["data"])
            done += 1
    return done, broken


def _fresh(name: str, value: Any) -> Any:
    """Of what allauth keeps: the secret, the seed and the codes are encrypted, the rest is not."""
    if name in ("secret", "seed"):
        return _box().rotate(value.encode()).decode()
    if name == "migrated_codes":
        return [_box().rotate(code.encode()).decode() for code in value]
    return value


def passkeys_work() -> bool:
    """Whether browsers offer passkeys at the base URL: over https under a name, or at `localhost`.

    https://www.w3.org/TR/webauthn-3/#relying-party-identifier: a domain, never an IP address.
    """
    if _host() == "localhost":
        return True
    try:
        ipaddress.ip_address(_host())
    except ValueError:
        return str(settings.BASE_URL).startswith("https://")
    return False


def _host() -> str:
    return urlsplit(settings.BASE_URL).hostname or ""


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key))) for key in keys])


def _derived(key: str | bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"almconnect second factor").derive(force_bytes(key))
