"""The signature base string of RFC 5849 section 3.4.1 and the RSA-SHA1 check over it.

Pure: text in, text or verdict out.

Source: https://www.rfc-editor.org/rfc/rfc5849#section-3.4.1
"""

import base64
import binascii
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Pairs = Iterable[tuple[str, str]]
DEFAULT_PORTS = {"http": 80, "https": 443}


def escape(text: str) -> str:
    """Percent-encoding of section 3.6: only unreserved characters stay."""
    return quote(text, safe="-._~")


def header_parameters(header: str) -> list[tuple[str, str]]:
    """The parameters of an `Authorization: OAuth …` header, decoded, without the realm."""
    kind, _, rest = header.partition(" ")
    if kind.lower() != "oauth":
        return []
    pairs: list[tuple[str, str]] = []
    for part in rest.split(","):
        name, found, value = part.strip().partition("=")
        if found and name.lower() != "realm":
            pairs.append((unquote(name), unquote(value.strip().strip('"'))))
    return pairs


def query_parameters(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


def base_url(url: str) -> str:
    """Scheme and host in lower case, without a default port, query or fragment."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    if parts.port and parts.port != DEFAULT_PORTS.get(parts.scheme.lower()):
        host = f"{host}:{parts.port}"
    return f"{parts.scheme.lower()}://{host}{parts.path or '/'}"


def base_string(method: str, url: str, parameters: Pairs) -> str:
    """METHOD & URL & sorted parameters; `oauth_signature` takes no part."""
    encoded = sorted(
        (escape(name), escape(value)) for name, value in parameters if name != "oauth_signature"
    )
    normal = "&".join(f"{name}={value}" for name, value in encoded)
    return "&".join(escape(part) for part in (method.upper(), base_url(url), normal))


@lru_cache(maxsize=64)
def public_key(text: str) -> rsa.RSAPublicKey:
    """The key an admin pasted: PEM with or without its first and last line, or a certificate.

    Raises ValueError for anything else.
    """
    stripped = text.strip()
    try:
        if "BEGIN CERTIFICATE" in stripped:
            key = x509.load_pem_x509_certificate(stripped.encode()).public_key()
        elif "BEGIN" in stripped:
            key = serialization.load_pem_public_key(stripped.encode())  # type: ignore[assignment]
        else:
            der = base64.b64decode("".join(stripped.split()), validate=True)
            key = serialization.load_der_public_key(der)  # type: ignore[assignment]
    except (ValueError, UnsupportedAlgorithm, binascii.Error) as error:
        raise ValueError("The public key could not be read.") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError("The public key is no RSA key.")
    return key


def verified(key: rsa.RSAPublicKey, text: str, signature: str) -> bool:
    """Whether the signature over the base string was made with the key's private half."""
    try:
        raw = base64.b64decode(signature, validate=True)
        key.verify(raw, text.encode(), padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - OAuth 1.0a
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True
