"""What servers before Jira ask for, as people type it: judged before anything is stored or called.

A client certificate with its private key, up to five extra headers, a login at the proxy. A key or value
that is left out stays as it is stored, if there is one; that is `outer_credentials`' to find out. Must not
store, log or return a secret other than as `Secret`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.utils import timezone
from django.utils.translation import gettext as _

from almconnect.lib.api import Refused
from almconnect.lib.secret import Secret
from connections.access.outer_credentials import belongs

MOST_HEADERS: Final = 5
_LONGEST = 4_000  # of a header's value, in letters
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----\s*", re.DOTALL
)
# The console's own, Jira's, or between two servers: none of them opens a gate.
_OURS = frozenset({
    "authorization", "host", "cookie", "set-cookie", "user-agent", "origin", "referer", "connection",
    "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "expect", "range", "date", "via",
    "forwarded", "x-atlassian-token",
})  # fmt: skip
_OURS_BEGIN = ("proxy-", "content-", "accept", "sec-", "if-", "x-forwarded-")


def judged(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The typed values as they are used, and a sentence for each wrong field.

    `client_certificate`: PEM, the one that the key belongs to first, "" for none. `client_key`: a Secret
    of PEM without a passphrase, None to keep the stored one. `extra_headers`: name to Secret, None to
    keep its value. `proxy_password`: a Secret, None to keep it. What is not in `values` is not in it.
    """
    found: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    judges: tuple[tuple[tuple[str, ...], Callable[[Mapping[str, Any]], dict[str, Any]]], ...] = (
        (("client_certificate", "client_key"), _certificate),
        (("extra_headers",), _headers),
        (("proxy_username", "proxy_password"), _login),
    )
    for names, judge in judges:
        if any(name in values for name in names):
            try:
                found |= judge(values)
            except Refused as refused:
                wrong |= refused.fields
    return found, wrong


def headers_of(text: str) -> list[dict[str, str]]:
    """The lines of a form: `Name: value` each; a value that is only dots or nothing stays as stored.
    Raises Refused.
    """
    found: list[dict[str, str]] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        if not colon:
            raise _no(
                "extra_headers",
                _("Write one header a line, as “Name: value”. This line has no colon."),
            )
        found.append({"name": name.strip(), "value": value.strip().strip("•").strip()})
    return found


def _certificate(values: Mapping[str, Any]) -> dict[str, Any]:
    pasted, typed = _text(values, "client_certificate"), _text(values, "client_key")
    inside = _KEY.search(pasted)
    key_text = typed.strip() or (inside.group() if inside else "")
    text = _KEY.sub("", pasted).strip()
    if not text:
        if key_text:
            raise _no("client_certificate", _("Paste the certificate that belongs to the key."))
        return {"client_certificate": "", "client_key": None}
    try:
        chain = x509.load_pem_x509_certificates(text.encode())
    except ValueError as problem:
        sentence = _(
            "No certificate can be read. Paste PEM text, from BEGIN CERTIFICATE to END. A .p12 or .pfx "
            "file is turned into it by openssl pkcs12."
        )
        raise _no("client_certificate", sentence) from problem
    key = _key(key_text, _text(values, "client_key_passphrase")) if key_text else None
    chain = _with_its_own_first(chain, key)
    _must_be_in_time(chain[0])
    pem = "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in chain)
    return {"client_certificate": pem, "client_key": Secret(_pem(key)) if key else None}


def _key(text: str, passphrase: str) -> Any:
    if "PRIVATE KEY" not in text:
        raise _no(
            "client_key",
            _("This is no private key. Paste PEM text, from BEGIN PRIVATE KEY to END PRIVATE KEY."),
        )
    try:
        return serialization.load_pem_private_key(text.encode(), None)
    except TypeError:
        pass  # it is encrypted
    except Exception as problem:  # the library raises several kinds for what it cannot read
        raise _no("client_key", _("This private key cannot be read. Paste all of it.")) from problem
    if not passphrase:
        raise _no("client_key_passphrase", _("The private key is encrypted: enter its passphrase."))
    try:
        return serialization.load_pem_private_key(text.encode(), passphrase.encode())
    except Exception as problem:
        sentence = _("The passphrase does not open the private key.")
        raise _no("client_key_passphrase", sentence) from problem


def _with_its_own_first(chain: list[x509.Certificate], key: Any) -> list[x509.Certificate]:
    """The certificate of this key before those above it; as they came where the key is a stored one."""
    if key is None:
        return chain
    own = [one for one in chain if belongs(one, key)]
    if not own:
        raise _no("client_key", _("The private key does not belong to the certificate."))
    return [own[0], *(one for one in chain if one is not own[0])]


def _must_be_in_time(certificate: x509.Certificate) -> None:
    now = timezone.now()
    until, start = certificate.not_valid_after_utc, certificate.not_valid_before_utc
    if until <= now:
        words = _("This certificate has ended on %(day)s. Ask for a new one.")
        raise _no("client_certificate", words % {"day": f"{until:%Y-%m-%d}"})
    if start > now:
        words = _("This certificate is not valid before %(day)s.")
        raise _no("client_certificate", words % {"day": f"{start:%Y-%m-%d}"})


def _pem(key: Any) -> str:
    text: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return text.decode()


def _headers(values: Mapping[str, Any]) -> dict[str, Any]:
    given = values["extra_headers"] or {}
    pairs = (
        list(given.items())
        if isinstance(given, Mapping)
        else [(str(one["name"]).strip(), one.get("value")) for one in given]
    )
    names = [name.lower() for name, _value in pairs]
    if doubled := next((name for name in names if names.count(name) > 1), ""):
        words = _("The header “%(name)s” stands there twice.")
        raise _no("extra_headers", words % {"name": doubled[:40]})
    if len(pairs) > MOST_HEADERS:
        words = _("At most %(most)d extra headers.") % {"most": MOST_HEADERS}
        raise _no("extra_headers", words)
    return {"extra_headers": {name: _header(name, value) for name, value in pairs}}


def _header(name: str, value: Any) -> Secret | None:
    shown = {"name": name[:40]}
    lower = name.lower()
    if not _NAME.fullmatch(name):
        raise _no("extra_headers", _("“%(name)s” is no name of a header.") % shown)
    if lower in _OURS or lower.startswith(_OURS_BEGIN):
        raise _no(
            "extra_headers",
            _(
                "“%(name)s” is a header that the console, Jira or the servers between them write "
                "themselves, so it cannot be an extra one."
            )
            % shown,
        )
    text = value.reveal() if isinstance(value, Secret) else str(value or "").strip()
    if not text:
        return None
    if len(text) > _LONGEST or not _VALUE.fullmatch(text):
        raise _no(
            "extra_headers",
            _("The value of “%(name)s” holds line breaks or letters that no header may hold.")
            % shown,
        )
    return Secret(text)


def _login(values: Mapping[str, Any]) -> dict[str, Any]:
    username, password = _text(values, "proxy_username").strip(), _text(values, "proxy_password")
    if ":" in username or not username.isprintable() or len(username) > 255:
        raise _no(
            "proxy_username", _("A user name at a proxy holds no colon and at most 255 letters.")
        )
    if any(ord(letter) < 32 for letter in password):
        raise _no("proxy_password", _("The password holds a line break; paste it again."))
    if password and not username:
        raise _no("proxy_username", _("Enter the user name that belongs to the password."))
    return {"proxy_username": username, "proxy_password": Secret(password) if password else None}


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value.reveal() if isinstance(value, Secret) else str(value or "")


def _no(name: str, sentence: str) -> Refused:
    return Refused(sentence, code="invalid", fields={name: [sentence]})
