"""Settings as people type them, judged field by field, before anything is stored or called."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from django.utils import timezone
from django.utils.translation import gettext as _

from almconnect.lib.api import Refused
from connections.access import outer_credentials
from connections.address import instance, proxies, typed_outer_credentials
from connections.models import AuthMethod

LONGEST_NAME = 100


def cleaned(values: dict[str, Any]) -> dict[str, Any]:
    """The values as they are stored. Raises Refused, with a sentence per wrong field."""
    outer, wrong = typed_outer_credentials.judged(values)
    plain = {k: v for k, v in values.items() if k not in outer_credentials.TYPED}
    found, code = {**plain, **outer}, "invalid"
    for name, judge in (
        ("name", _name),
        ("base_url", instance.callable_url),
        ("api_url", lambda text: instance.callable_url(text) if text.strip() else ""),
        ("proxy_url", lambda text: proxies.callable_proxy(text) if text.strip() else ""),
        ("auth_method", _method),
        ("username", _username),
        ("ca_bundle", _bundle),
        ("fingerprint", _fingerprint),
    ):
        if name in found:
            try:
                found[name] = judge(found[name] or "")
            except Refused as refused:
                wrong[name] = [refused.message]
                # A machine tells by the code that no other spelling will help.
                code = refused.code if refused.code == "address_refused" else code
    try:
        if found.get("secret_expires"):
            found["secret_expires"] = _moment(found["secret_expires"])
    except Refused as refused:
        wrong["secret_expires"] = [refused.message]
    if wrong:
        raise Refused(_("Some fields cannot be accepted."), code=code, fields=wrong)
    return found


def _moment(at: datetime) -> datetime:
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if at <= timezone.now():
        raise Refused(_("This day is past: the token does not work any more. Make a new one."))
    return at


def _name(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise Refused(_("Give the connection a name."))
    if len(text) > LONGEST_NAME:
        raise Refused(_("At most %(most)d characters.") % {"most": LONGEST_NAME})
    if not text.isprintable():
        raise Refused(_("The name holds characters that cannot be shown."))
    return text


def _method(text: str) -> str:
    if text not in AuthMethod.values:
        raise Refused(_("Choose oauth1, basic or pat."))
    return text


def _username(text: str) -> str:
    text = text.strip()
    if len(text) > 255 or not text.isprintable():
        raise Refused(_("This is no user name."))
    if ":" in text:
        raise Refused(_("A user name cannot hold a colon."))
    return text


def _bundle(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    if "PRIVATE KEY" in text:
        raise Refused(_("This holds a private key. Paste certificates only."))
    try:
        x509.load_pem_x509_certificates(text.encode())
    except ValueError as problem:
        raise Refused(
            _("No certificate can be read. Paste PEM text, from BEGIN CERTIFICATE to END.")
        ) from problem
    return text + "\n"


def _fingerprint(text: str) -> str:
    plain = re.sub(r"^sha-?256[ :=]*|[\s:]", "", text.strip(), flags=re.IGNORECASE).lower()
    if plain and not re.fullmatch(r"[0-9a-f]{64}", plain):
        raise Refused(_("A fingerprint is SHA-256: 64 hexadecimal digits."))
    return plain
