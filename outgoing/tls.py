"""Trust: TLS contexts, fingerprints, and what kind of trouble a failed handshake is.

Opens no connection itself; `connection_pool` calls it with a socket.

Source: none; there is no rule about Jira here.
"""

import hashlib
import re
import ssl
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from outgoing.errors import TlsFailed

# OpenSSL's X509_V_ERR_* numbers.
_KIND_OF_CODE = {
    2: "unknown_ca",
    9: "not_yet_valid",
    10: "expired",
    18: "self_signed",
    19: "unknown_ca",
    20: "unknown_ca",
    21: "unknown_ca",
    62: "host_mismatch",
    64: "host_mismatch",
    66: "weak",
    67: "weak",
    68: "weak",
}
# Parts of OpenSSL's own words for a handshake that failed without a verdict on the certificate.
_KIND_OF_WORDS = (
    ("WRONG_VERSION_NUMBER", "not_offered"),
    ("HTTP_REQUEST", "not_offered"),
    ("RECORD_LAYER_FAILURE", "not_offered"),
    ("PACKET_LENGTH_TOO_LONG", "not_offered"),
    ("CERTIFICATE_REQUIRED", "client_certificate"),
    # What a server says of a certificate that it was shown
    ("ALERT_UNKNOWN_CA", "client_certificate_refused"),
    ("ALERT_BAD_CERTIFICATE", "client_certificate_refused"),
    ("ALERT_CERTIFICATE_", "client_certificate_refused"),
    ("ALERT_UNSUPPORTED_CERTIFICATE", "client_certificate_refused"),
    ("ALERT_ACCESS_DENIED", "client_certificate_refused"),
    ("ALERT_DECRYPT_ERROR", "client_certificate_refused"),
    ("KEY_TOO_SMALL", "weak"),
    ("MD_TOO_WEAK", "weak"),
    ("KEY_TOO_WEAK", "weak"),
    ("PROTOCOL_VERSION", "versions"),
    ("UNSUPPORTED_PROTOCOL", "versions"),
    ("VERSION_TOO_LOW", "versions"),
    ("NO_PROTOCOLS_AVAILABLE", "versions"),
    ("HANDSHAKE_FAILURE", "broken_off"),
    ("UNEXPECTED_EOF", "broken_off"),
    ("EOF occurred", "broken_off"),
)
_WORDS = {
    "unknown_ca": (
        "its certificate was issued by an authority that this server does not know. "
        "Give the console the authority's certificate as CA bundle"
    ),
    "self_signed": (
        "its certificate is self-signed. Give the console the certificate as CA bundle, or confirm "
        "its fingerprint"
    ),
    "expired": "its certificate has expired. Have it renewed there",
    "not_yet_valid": "its certificate is not valid yet. Check the clocks of both servers",
    "weak": "the key or signature of its certificate is too weak to be trusted",
    "not_offered": ("the port answers without TLS. Use http:// in its address, or another port"),
    "client_certificate": "the server asks for a client certificate, and none was shown to it",
    "client_certificate_refused": "the server does not accept the client certificate that it was shown",
    "versions": "it offers no version of TLS that is safe enough; 1.2 or later is needed",
    "broken_off": (
        "it broke off the handshake. It wants a client certificate, or has no cipher in common"
    ),
    "host_mismatch": (
        "its certificate is for another host name. Use the name that the certificate "
        "holds in its address"
    ),
    "other": "the handshake failed. Ask its operator which TLS versions it offers",
}


def trust(verify: bool, ca_bundle_pem: str | None, fingerprint: str | None) -> ssl.SSLContext:
    """A TLS context for calling a server. Raises TlsFailed where the CA bundle is unreadable.

    A CA bundle takes the place of the public authorities; a fingerprint takes the place of both,
    since the pinned certificate is compared after the handshake, before a byte is sent.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verify or fingerprint:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if not ca_bundle_pem:
        context.load_default_certs()
        context.load_verify_locations(cafile=DEFAULT_CA_BUNDLE_PATH)
        return context
    _load(context, ca_bundle_pem)
    return context


def _load(context: ssl.SSLContext, ca_bundle_pem: str) -> None:
    try:
        context.load_verify_locations(cadata=ca_bundle_pem)
    except (ssl.SSLError, ValueError) as error:
        raise TlsFailed(
            "The CA bundle cannot be read. Paste certificates in PEM form, each from "
            "BEGIN CERTIFICATE to END CERTIFICATE."
        ) from error
    # A bundle may hold an intermediate authority or the server's own certificate alone.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN


def trust_also(ca_bundle_pem: str | None) -> ssl.SSLContext:
    """A TLS context that trusts the public authorities and those of the bundle.

    For what stands before a server. Raises TlsFailed where the CA bundle is unreadable.
    """
    context = trust(True, None, None)
    if ca_bundle_pem:
        _load(context, ca_bundle_pem)
    return context


def plain_fingerprint(text: str) -> str:
    """A SHA-256 fingerprint as 64 lower-case hex digits. Raises TlsFailed where it is none."""
    digits = re.sub(r"[\s:]", "", text).lower().removeprefix("sha256")
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise TlsFailed(
            "The certificate fingerprint must be SHA-256: 64 hex digits, colons allowed.",
            kind="fingerprint_mismatch",
        )
    return digits


def fingerprint_of(certificate_der: bytes) -> str:
    """SHA-256 of a certificate, hex."""
    return hashlib.sha256(certificate_der).hexdigest()


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A server's certificate as people compare it; `fingerprint` is SHA-256, hex."""

    fingerprint: str
    subject: str
    issuer: str
    names: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime
    self_signed: bool

    @property
    def fingerprint_in_pairs(self) -> str:
        """`AB:CD:…`, as browsers and openssl show it."""
        digits = self.fingerprint.upper()
        return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def certificate_facts(certificate_der: bytes) -> CertificateFacts:
    """Subject, issuer, names and lifetime of a certificate. Raises TlsFailed where it cannot be read."""
    try:
        read = x509.load_der_x509_certificate(certificate_der)
        names = _names(read)
    except ValueError as error:
        raise TlsFailed("The server's certificate cannot be read.") from error
    return CertificateFacts(
        fingerprint=fingerprint_of(certificate_der),
        subject=read.subject.rfc4514_string()[:200],
        issuer=read.issuer.rfc4514_string()[:200],
        names=names,
        valid_from=read.not_valid_before_utc,
        valid_until=read.not_valid_after_utc,
        self_signed=read.subject == read.issuer,
    )


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(found.value.get_values_for_type(x509.DNSName)[:20])


def check_fingerprint(certificate_der: bytes, expected: str, host: str) -> None:
    """Raises TlsFailed(fingerprint_mismatch) unless the server showed the pinned certificate."""
    shown = fingerprint_of(certificate_der)
    if shown != expected:
        raise TlsFailed(
            f"{host} shows another certificate than the pinned one. If it was renewed, compare the "
            "new fingerprint with its operator and confirm it.",
            kind="fingerprint_mismatch",
            seen={"expected SHA-256": expected, "shown SHA-256": shown},
        )


def tls_failure(
    error: ssl.SSLError | ssl.CertificateError, host: str, showed: bool = False
) -> TlsFailed:
    """The typed error for a failed handshake, or for an alert that came after it. `showed`: a client
    certificate of ours was at hand; a server that asks for one all the same does not accept it.
    """
    seen = {"host": host}
    if isinstance(error, ssl.SSLCertVerificationError):
        kind = _KIND_OF_CODE.get(error.verify_code, "other")
        seen["verification"] = str(error.verify_message)
    else:
        told = str(error)
        kind = next((kind for words, kind in _KIND_OF_WORDS if words in told), "other")
        of_ours = kind in ("client_certificate", "client_certificate_refused")
        if of_ours:
            kind = "client_certificate_refused" if showed else "client_certificate"
    return TlsFailed(f"The TLS connection to {host} failed: {_WORDS[kind]}.", kind=kind, seen=seen)


def chain_failure(error: TlsFailed, leaf: CertificateFacts, now: datetime) -> TlsFailed:
    """The same failure, where not the server's own certificate is out of its time but one above it."""
    if not leaf.valid_from <= now <= leaf.valid_until:
        return error
    until = f"{leaf.valid_until:%Y-%m-%d}"
    words = (
        f"a certificate of the chain has expired, not the server's own (valid until {until})"
        if error.kind == "expired"
        else "a certificate of the chain is not valid yet, not the server's own"
    )
    kind = "chain_expired" if error.kind == "expired" else error.kind
    seen = {**error.seen, "own certificate valid until": until}
    return TlsFailed(f"The TLS connection failed: {words}.", kind=kind, seen=seen)
