"""The certificate by which a channel shows a server who calls (mutual TLS).

Python's TLS reads a certificate from a file alone, so the two go through one for a moment: the key
encrypted by a password that is made up for that moment, in a file that only this user can read. It must
not judge whether a server accepts it.

Source: none; there is no rule about Jira here.
"""

import secrets
import ssl
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from outgoing.errors import TlsFailed


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """PEM texts: the certificate, with what stands above it if that is sent along, and its private key
    without a passphrase.
    """

    certificate_pem: str
    key_pem: str = field(repr=False)


def present(context: ssl.SSLContext, shown: ClientCertificate) -> None:
    """Lets connections of this context show the certificate where a server asks for one.

    Raises TlsFailed(client_certificate_unusable) where the two cannot be read or do not belong together.
    """
    password = secrets.token_urlsafe(32).encode()
    try:
        sealed = serialization.load_pem_private_key(shown.key_pem.encode(), None).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password),
        )
        with tempfile.TemporaryDirectory(prefix="almconnect-") as folder:
            file = Path(folder) / "client.pem"
            file.touch(0o600)
            file.write_bytes(sealed + shown.certificate_pem.encode())
            context.load_cert_chain(file, password=password)
    except (ValueError, TypeError, ssl.SSLError) as error:
        raise TlsFailed(
            "The client certificate cannot be used: it and its private key cannot be read, or do not "
            "belong together. Enter both again.",
            kind="client_certificate_unusable",
        ) from error
