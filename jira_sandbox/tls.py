"""Certificates made at start, good and bad, switchable while the sandbox runs.

So that people can see what a client says to each. One authority and one key serve them all.
"""

import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

DAYS = 30
ELSEWHERE = "jira.example.com"
KINDS = ("self_signed", "unknown_ca", "expired", "host_mismatch")
"""`unknown_ca` is a good certificate of the sandbox's authority: whoever trusts that is content.
`expired` and `host_mismatch` come from the same authority, so that they show once it is trusted."""


class Certificates:
    """What this sandbox shows from the next connection on. Texts are PEM.

    `asks_clients`: only who shows a certificate of the sandbox's authority is let in, such as `client`.
    """

    def __init__(self, host: str) -> None:
        self._host = host
        self._key = rsa.generate_private_key(65537, 2048)
        self._made: dict[str, tuple[ssl.SSLContext, str]] = {}
        self.asks_clients = False
        self.authority = self._pem(self._certificate("authority"))
        self.kind = KINDS[0]
        self.show(self.kind)

    def show(self, kind: str) -> None:
        """Switches. Raises ValueError for an unknown kind."""
        if kind not in KINDS:
            raise ValueError(f"the certificate is one of {', '.join(KINDS)}")
        if kind not in self._made:
            pem = self._pem(self._certificate(kind))
            self._made[kind] = (self._context(pem), pem)
        self.kind = kind

    @property
    def pem(self) -> str:
        """The certificate shown now."""
        return self._made[self.kind][1]

    @property
    def context(self) -> ssl.SSLContext:
        made = self._made[self.kind][0]
        made.verify_mode = ssl.CERT_REQUIRED if self.asks_clients else ssl.CERT_NONE
        return made

    @cached_property
    def client(self) -> str:
        """A certificate for whoever calls, with its private key; and another key than the server's."""
        key = rsa.generate_private_key(65537, 2048)
        made = self._certificate("client", key)
        return self._pem(made) + _private(key)

    def _certificate(self, kind: str, key: rsa.RSAPrivateKey | None = None) -> x509.Certificate:
        ours, theirs = (
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
            for name in (
                "ALM Connect" if kind == "client" else "Jira sandbox",
                "Jira sandbox authority",
            )
        )
        subject = theirs if kind == "authority" else ours
        alone = kind in ("authority", "self_signed")
        now = datetime.now(UTC)
        until = now - timedelta(days=1) if kind == "expired" else now + timedelta(days=DAYS)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if alone else theirs)
            .public_key((key or self._key).public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=DAYS))
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=alone, path_length=None), critical=True)
        )
        if kind not in ("authority", "client"):
            names = x509.SubjectAlternativeName(self._names(kind))
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def _names(self, kind: str) -> list[x509.GeneralName]:
        if kind == "host_mismatch":
            return [x509.DNSName(ELSEWHERE)]
        try:
            return [x509.IPAddress(ip_address(self._host)), x509.DNSName("localhost")]
        except ValueError:  # started at a name
            return [x509.DNSName(self._host), x509.DNSName("localhost")]

    @staticmethod
    def _pem(certificate: x509.Certificate) -> str:
        return certificate.public_bytes(serialization.Encoding.PEM).decode()

    def _context(self, pem: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "sandbox.pem"
            file.touch(0o600)
            file.write_text(_private(self._key) + pem)
            context.load_cert_chain(file)
        context.load_verify_locations(cadata=self.authority)
        return context


def _private(key: rsa.RSAPrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    text = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return text.decode()
