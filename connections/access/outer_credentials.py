"""What servers before Jira ask of this console, besides Jira's own credential, and where it is kept.

A client certificate (mutual TLS), extra headers (an access proxy's token for programs), a login at the
forward proxy. The certificate, the headers' names and the user name are columns; key, values and
password are sealed, for the same address, proxy and TLS settings as the credential, so that no changed
setting sends them elsewhere. Must not judge what people typed (`typed_outer_credentials`).

    typed → judged → merged with what is stored → previewed by a look → sealed → options of a transport
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.utils.translation import gettext as _

from almconnect.lib.api import Refused
from almconnect.lib.secret import Secret
from connections.access import sealing
from connections.models import Connection, SealedSecret, SecretField
from jira_client.cloud_address import is_gateway
from outgoing.client_certificate import ClientCertificate
from outgoing.http_proxy import Login
from outgoing.tls import CertificateFacts, certificate_facts

FIELDS = (SecretField.CLIENT_KEY, SecretField.EXTRA_HEADERS, SecretField.PROXY_PASSWORD)
# The settings' names that are typed here; the rest are columns that are set by themselves.
TYPED = (
    "client_certificate", "client_key", "client_key_passphrase", "extra_headers", "proxy_username",
    "proxy_password",
)  # fmt: skip
COLUMNS: dict[str, Any] = {"client_certificate": "", "header_names": [], "proxy_username": ""}


@dataclass(frozen=True, slots=True)
class OuterCredentials:
    """`certificate`: PEM, with `key`; `headers`: name to value; the proxy's login."""

    certificate: str = ""
    key: Secret | None = None
    headers: Mapping[str, Secret] = field(default_factory=dict)
    proxy_username: str = ""
    proxy_password: Secret | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """What of it is no secret, as the row holds it."""
        return {
            "client_certificate": self.certificate,
            "header_names": list(self.headers),
            "proxy_username": self.proxy_username,
        }


NONE = OuterCredentials()


def of(connection: Connection) -> OuterCredentials:
    """What is stored, or for a preview what was typed. Raises SealBroken."""
    previewed = connection.previewed_outer_credentials
    if isinstance(previewed, OuterCredentials):
        return previewed
    if not (connection.client_certificate or connection.header_names or connection.proxy_username):
        return NONE
    values = sealing.load(connection, SecretField.EXTRA_HEADERS)
    headers = orjson.loads(values.reveal()) if values else {}
    return OuterCredentials(
        connection.client_certificate,
        sealing.load(connection, SecretField.CLIENT_KEY) if connection.client_certificate else None,
        {name: Secret(headers[name]) for name in connection.header_names if name in headers},
        connection.proxy_username,
        sealing.load(connection, SecretField.PROXY_PASSWORD) if connection.proxy_username else None,
    )


@lru_cache(maxsize=256)  # pages ask it of each connection
def facts_of(certificate_pem: str) -> CertificateFacts:
    """Of a stored client certificate: whose it is, from whom, until when."""
    first = x509.load_pem_x509_certificates(certificate_pem.encode())[0]
    return certificate_facts(first.public_bytes(serialization.Encoding.DER))


def opened(connection: Connection) -> OuterCredentials:
    """What is stored and opens; what does not is to be entered again, as if it were not there."""
    try:
        return of(connection)
    except sealing.SealBroken:
        return NONE


def transport_options(connection: Connection, *, to_jira: bool = True) -> dict[str, Any]:
    """The arguments of a transport that show it all; only the proxy's login where the call does not go
    to the customer's own Jira, as to Atlassian's gateway or (`to_jira` False) its token service.
    Raises SealBroken.
    """
    found = of(connection)
    options: dict[str, Any] = {}
    if found.proxy_username and connection.proxy_url and found.proxy_password is not None:
        options["proxy_login"] = Login(found.proxy_username, found.proxy_password.reveal())
    if not to_jira or is_gateway(connection.api_url or connection.base_url):
        return options
    if found.certificate and found.key is not None:
        options["client_certificate"] = ClientCertificate(found.certificate, found.key.reveal())
    if found.headers:
        options["extra_headers"] = {name: value.reveal() for name, value in found.headers.items()}
    return options


def split(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Judged settings as columns that are set by themselves, and what of them is this module's."""
    typed = {name: values[name] for name in TYPED if name in values}
    return {name: value for name, value in values.items() if name not in TYPED}, typed


def merged(
    connection: Connection, shadow: Connection, typed: Mapping[str, Any]
) -> OuterCredentials:
    """What it is with these judged values; what they leave out or keep comes from what is stored.

    `shadow`: the connection with its other settings changed. Nothing that is stored goes along to
    another address or proxy. Raises Refused, a sentence for the first field that lacks something.
    """
    stays = shadow.sealed_for == connection.sealed_for
    now = opened(connection) if stays else NONE
    certificate, key = now.certificate, now.key
    if "client_certificate" in typed:
        certificate = typed["client_certificate"]
        key = (typed["client_key"] or now.key) if certificate else None
        if certificate:
            _must_belong(certificate, key)
    headers = dict(now.headers)
    if "extra_headers" in typed:
        headers = {
            name: value or _kept(now, name) for name, value in typed["extra_headers"].items()
        }
    username, password = now.proxy_username, now.proxy_password
    if "proxy_username" in typed:
        same = typed["proxy_username"] == now.proxy_username
        username = typed["proxy_username"]
        password = typed["proxy_password"] or (now.proxy_password if same else None)
        if not username:
            password = None
        elif password is None:
            raise _no("proxy_password", _("Enter the password that belongs to the user name."))
        if username and not shadow.proxy_url:
            raise _no("proxy_url", _("Enter the proxy that this user name is for."))
    return OuterCredentials(certificate, key, headers, username, password)


def store(connection: Connection, found: OuterCredentials) -> None:
    """Seal it, and keep the rest in the row; call it in a transaction, with the settings the new ones."""
    headers = {name: value.reveal() for name, value in found.headers.items()}
    texts = {
        SecretField.CLIENT_KEY: found.key,
        SecretField.EXTRA_HEADERS: Secret(orjson.dumps(headers).decode()) if headers else None,
        SecretField.PROXY_PASSWORD: found.proxy_password,
    }
    for name, text in texts.items():
        if text is None:
            SealedSecret.objects.filter(connection=connection, field=name).delete()
        else:
            sealing.store(connection, name, text)
    connection.store(found.columns)
    connection.previewed_outer_credentials = None


def belongs(certificate: x509.Certificate, key: Any) -> bool:
    """Whether a private key is the certificate's."""
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    ours: bytes = key.public_key().public_bytes(*form)
    return certificate.public_key().public_bytes(*form) == ours


def _kept(now: OuterCredentials, name: str) -> Secret:
    known = {one.lower(): value for one, value in now.headers.items()}
    if name.lower() not in known:
        words = _("Enter the value of “%(name)s”: none is stored for this address.")
        raise _no("extra_headers", words % {"name": name[:40]})
    return known[name.lower()]


def _must_belong(certificate: str, key: Secret | None) -> None:
    if key is None:
        words = _("Paste the private key of the certificate: none is stored for this address.")
        raise _no("client_key", words)
    read = serialization.load_pem_private_key(key.reveal().encode(), None)
    if not belongs(x509.load_pem_x509_certificates(certificate.encode())[0], read):
        raise _no("client_key", _("Paste the private key of the new certificate, too."))


def _no(name: str, sentence: str) -> Refused:
    return Refused(sentence, code="invalid", fields={name: [sentence]})
