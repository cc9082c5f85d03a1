"""RFC 5849's signature base string, written from the text of the RFC and from no library.

What the product signs by oauthlib is held against this.
"""

import base64
import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key


def base_string(method: str, url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """Section 3.4.1, of a URL with its query, and of the other parameters that are signed."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    pairs = sorted((_enc(name), _enc(value)) for name, value in [*query, *parameters])
    normal = "&".join(f"{name}={value}" for name, value in pairs)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    if parts.port and (parts.scheme, parts.port) not in (("http", 80), ("https", 443)):
        host = f"{host}:{parts.port}"
    address = f"{parts.scheme.lower()}://{host}{parts.path or '/'}"
    return "&".join((method.upper(), _enc(address), _enc(normal)))


def header_fields(header: str) -> dict[str, str]:
    """The parameters of an Authorization header, decoded."""
    assert header.startswith("OAuth ")
    return {name: unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', header)}


def verify(
    public_pem: str, header: str, method: str, url: str, form: Iterable[tuple[str, str]] = ()
) -> dict[str, str]:
    """The header's parameters without the signature. Raises InvalidSignature."""
    fields = header_fields(header)
    signature = base64.b64decode(fields.pop("oauth_signature"))
    signed = base_string(method, url, [*fields.items(), *form])
    key = load_pem_public_key(public_pem.encode())
    assert isinstance(key, RSAPublicKey)
    key.verify(signature, signed.encode(), padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
    return fields


def _enc(text: str) -> str:
    return quote(text, safe="-._~")
