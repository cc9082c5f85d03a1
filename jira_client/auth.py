"""The ways to prove who calls: OAuth 1.0a with RSA-SHA1, Basic, bearer token, and nobody.

Each turns a method and an address into headers. No network here, and no secret in any repr.
Signing follows RFC 5849, sections 3.4.1 to 3.4.3; the query is signed, a JSON body is not.
"""

import base64
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qsl, quote, urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa

from jira_client.keys import load_private_key, sign_sha1

Pairs = Iterable[tuple[str, str]]


class Auth(Protocol):
    """What the client asks of a way to authenticate."""

    @property
    def anonymous(self) -> bool:
        """Whether this proves nothing, so that an answer as nobody is expected."""

    def headers(self, method: str, url: str) -> dict[str, str]:
        """The headers for one call; ask again for every call."""


@dataclass(frozen=True, slots=True)
class OAuth1:
    """OAuth 1.0a, RSA-SHA1. The key is parsed once; a signature then takes about 1 ms.

    `token` is empty in the first leg of the dance; `extra` holds the dance's own parameters.
    Raises KeyUnusable where the key is none.
    """

    consumer_key: str
    private_key_pem: str = field(repr=False)
    token: str = field(default="", repr=False)
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)
    clock: Callable[[], float] = field(default=time.time, repr=False, compare=False)
    _key: rsa.RSAPrivateKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_key", load_private_key(self.private_key_pem, trusted=True))

    @property
    def anonymous(self) -> bool:
        """Never: every request is signed."""
        return False

    def headers(self, method: str, url: str, form: Pairs = ()) -> dict[str, str]:
        """An Authorization header, good for this one call. `form` is a form-encoded body."""
        parameters = {
            "oauth_consumer_key": self.consumer_key,
            "oauth_nonce": secrets.token_hex(16),
            "oauth_signature_method": "RSA-SHA1",
            "oauth_timestamp": str(int(self.clock())),
            "oauth_version": "1.0",
            **self.extra,
        }
        if self.token:
            parameters["oauth_token"] = self.token
        text = base_string(method, url, [*parameters.items(), *form])
        signature = sign_sha1(self._key, text.encode("ascii"))
        parameters["oauth_signature"] = base64.b64encode(signature).decode("ascii")
        fields = ", ".join(f'{_enc(k)}="{_enc(v)}"' for k, v in parameters.items())
        return {"Authorization": f"OAuth {fields}"}


@dataclass(frozen=True, slots=True)
class Basic:
    """User name and password, or e-mail and API token, in UTF-8."""

    username: str
    secret: str = field(repr=False)

    @property
    def anonymous(self) -> bool:
        """Never."""
        return False

    def headers(self, method: str, url: str) -> dict[str, str]:
        """An Authorization header."""
        pair = f"{self.username}:{self.secret}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}


@dataclass(frozen=True, slots=True)
class Bearer:
    """A Personal Access Token or an OAuth 2.0 access token."""

    token: str = field(repr=False)

    @property
    def anonymous(self) -> bool:
        """Never."""
        return False

    def headers(self, method: str, url: str) -> dict[str, str]:
        """An Authorization header. Raises ValueError where the token cannot be one."""
        if not self.token.isascii() or not self.token.isprintable() or " " in self.token:
            raise ValueError("A token holds neither spaces nor letters beyond ASCII.")
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True, slots=True)
class Anonymous:
    """Nobody: for asking an instance what it is, before any credential is typed."""

    @property
    def anonymous(self) -> bool:
        """Always."""
        return True

    def headers(self, method: str, url: str) -> dict[str, str]:
        """None."""
        return {}


def base_string(method: str, url: str, parameters: Pairs) -> str:
    """The signature base string of RFC 5849 section 3.4.1, of a URL with its query."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    pairs = sorted((_enc(name), _enc(value)) for name, value in [*query, *parameters])
    normal = "&".join(f"{name}={value}" for name, value in pairs)
    return "&".join((method.upper(), _enc(base_uri(url)), _enc(normal)))


def base_uri(url: str) -> str:
    """Scheme, host, port where not the default, and path as sent (section 3.4.1.2)."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    if parts.port and (parts.scheme, parts.port) not in (("http", 80), ("https", 443)):
        host = f"{host}:{parts.port}"
    return f"{parts.scheme.lower()}://{host}{parts.path or '/'}"


def _enc(text: str) -> str:
    return quote(text, safe="-._~")
