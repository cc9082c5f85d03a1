"""The ways to prove who calls: OAuth 1.0a with RSA-SHA1, Basic, bearer token, and nobody.

Each turns a method and an address into headers. No network here, no secret in any repr, and no log:
base strings hold the token. OAuth is signed by requests-oauthlib (RFC 5849, sections 3.4.1 to
3.4.3: the query is signed, a JSON body is not). Ours is its last step alone, since the stock one
reads and proves the PEM text anew for each request, which takes tens of milliseconds.

Source of how a request is signed: https://www.rfc-editor.org/rfc/rfc5849
"""

import base64
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from oauthlib.oauth1 import SIGNATURE_RSA_SHA1, Client
from oauthlib.oauth1.rfc5849.signature import base_string_uri
from requests import PreparedRequest
from requests_oauthlib import OAuth1 as Signer

from jira_client.keys import load_private_key, sign_sha1
from jira_client.sender import NOBODY, Sender, by_password, by_token

Pairs = Iterable[tuple[str, str]]

# At level DEBUG these write tokens and whole Authorization headers to the log.
for _library in ("oauthlib", "requests_oauthlib"):
    logging.getLogger(_library).setLevel(logging.INFO)


class Auth(Protocol):
    """What the client asks of a way to authenticate."""

    @property
    def anonymous(self) -> bool:
        """Whether this proves nothing, so that an answer as nobody is expected."""

    @property
    def sender(self) -> Sender:
        """Who this is, as far as a refusal's cause depends on it; never the secret."""

    def headers(self, method: str, url: str) -> dict[str, str]:
        """The headers for one call; ask again for every call."""


def _sign(base_string: str, client: Client) -> str:
    signature = sign_sha1(client.rsa_key, base_string.encode("ascii"))
    return base64.b64encode(signature).decode("ascii")


class KeptKeyClient(Client):
    """oauthlib's client with a parsed key as `rsa_key`, the dance's parameters, and a given clock.

    It signs by RSA-SHA1 and nothing else. It holds no state of a request: threads may share it.
    """

    # A table of its own: the library's belongs to everybody in the process.
    SIGNATURE_METHODS = {SIGNATURE_RSA_SHA1: _sign}

    def __init__(
        self, *args: Any, extra: Mapping[str, str], clock: Callable[[], float], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self._extra, self._clock = dict(extra), clock

    def __repr__(self) -> str:
        # The library's own shows the token.
        return f"KeptKeyClient({self.client_key!r})"

    def get_oauth_params(self, request: Any) -> list[tuple[str, str]]:
        """The protocol parameters of one request, still without the signature."""
        # The published stubs leave this method without types.
        given = dict(super().get_oauth_params(request))  # type: ignore[no-untyped-call]
        given["oauth_timestamp"] = str(int(self._clock()))
        return list((given | self._extra).items())


@dataclass(frozen=True, slots=True)
class OAuth1:
    """OAuth 1.0a, RSA-SHA1. The key is parsed once; a signature then takes about 1 ms.

    `token` is empty in the first leg of the dance; `extra` holds the dance's own parameters.
    Raises KeyUnusable where the key is none.

    Source: https://developer.atlassian.com/cloud/jira/platform/jira-rest-api-oauth-authentication
    Data Center: https://developer.atlassian.com/server/jira/platform/oauth
    """

    consumer_key: str
    private_key_pem: str = field(repr=False)
    token: str = field(default="", repr=False)
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)
    clock: Callable[[], float] = field(default=time.time, repr=False, compare=False)
    _signer: Signer = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        signer = Signer(
            self.consumer_key,
            resource_owner_key=self.token,
            signature_method=SIGNATURE_RSA_SHA1,
            rsa_key=load_private_key(self.private_key_pem, trusted=True),
            decoding=None,
            client_class=KeptKeyClient,
            extra=self.extra,
            clock=self.clock,
        )
        object.__setattr__(self, "_signer", signer)

    @property
    def anonymous(self) -> bool:
        """False: every request is signed."""
        return False

    @property
    def sender(self) -> Sender:
        """The method: a signature of OAuth 1.0a."""
        return Sender("oauth1")

    def headers(self, method: str, url: str, form: Pairs = ()) -> dict[str, str]:
        """An Authorization header, good for this one call. `form` is a form-encoded body.

        `url` is absolute, with its query as it will be sent. Raises SigningUnavailable, and
        ValueError where the query is not percent-encoded.
        """
        # Filled in by hand: the library's preparing may write an address in another way.
        request = PreparedRequest()
        request.method, request.url = method, url
        request.prepare_headers({})
        if body := urlencode(list(form), quote_via=quote):
            request.body = body
            request.headers["Content-Type"] = "application/x-www-form-urlencoded"
        return {"Authorization": str(self._signer(request).headers["Authorization"])}


@dataclass(frozen=True, slots=True)
class Basic:
    """User name and password (Data Center), or e-mail address and API token (Cloud), in UTF-8.

    Source: https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/
    Data Center: https://developer.atlassian.com/server/jira/platform/basic-authentication/
    """

    username: str
    secret: str = field(repr=False)

    @property
    def anonymous(self) -> bool:
        """False: a credential goes with every request."""
        return False

    @property
    def sender(self) -> Sender:
        """The method, Basic, and whether user name and secret look like Cloud's."""
        return by_password(self.username, self.secret)

    def headers(self, method: str, url: str) -> dict[str, str]:
        """The Authorization header, alike for every call."""
        pair = f"{self.username}:{self.secret}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}


@dataclass(frozen=True, slots=True)
class Bearer:
    """A Personal Access Token (Data Center) or an OAuth 2.0 access token.

    Source: https://confluence.atlassian.com/enterprise/using-personal-access-tokens-1026032365.html
    """

    token: str = field(repr=False)

    @property
    def anonymous(self) -> bool:
        """False: a credential goes with every request."""
        return False

    @property
    def sender(self) -> Sender:
        """The method, a bearer token, and whether it looks like an API token of Cloud."""
        return by_token(self.token)

    def headers(self, method: str, url: str) -> dict[str, str]:
        """The Authorization header. Raises ValueError where the token cannot stand in one."""
        if not self.token.isascii() or not self.token.isprintable() or " " in self.token:
            raise ValueError("A token holds neither spaces nor letters beyond ASCII.")
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """Access tokens of a service account, or of a person by OAuth 2.0: short ones, each good for an hour.

    `source` answers a token that is good, and not the refused one that it is given; empty: none was.

    Source: https://support.atlassian.com/user-management/docs/create-oauth-2-0-credential-for-service-accounts/
    """

    source: Callable[[str], str] = field(repr=False)
    way: str = "service"
    # By thread: another thread's call may have gone out with a newer one.
    _last: threading.local = field(default_factory=threading.local, init=False, repr=False)

    @property
    def anonymous(self) -> bool:
        """False: a token goes with every request."""
        return False

    @property
    def sender(self) -> Sender:
        """The method: the access token of a service account, or of OAuth 2.0."""
        return Sender(self.way)

    def headers(self, method: str, url: str) -> dict[str, str]:
        """The Authorization header, with the token of this moment. Raises what the source raises."""
        self._last.token = self.source("")
        return Bearer(self._last.token).headers(method, url)

    def renew(self) -> None:
        """Have the token that this thread used last taken for refused: the next call gets another. Raises
        what the source raises.
        """
        self.source(self._last.token)


@dataclass(frozen=True, slots=True)
class Anonymous:
    """Nobody: for asking an instance what it is, before any credential is typed."""

    @property
    def anonymous(self) -> bool:
        """True: there is no credential."""
        return True

    @property
    def sender(self) -> Sender:
        """Nobody: no account is meant."""
        return NOBODY

    def headers(self, method: str, url: str) -> dict[str, str]:
        """No headers."""
        return {}


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A made-up credential of a kind: what lets it pass to Jira, or not, will do so with a real one.

    Its names and texts are random, so it can lock no account and says nothing to who reads it.
    """

    way: str

    @property
    def anonymous(self) -> bool:
        """True: it proves nothing, and an answer as nobody is expected."""
        return True

    @property
    def sender(self) -> Sender:
        """Nobody: no account is meant."""
        return NOBODY

    def headers(self, method: str, url: str) -> dict[str, str]:
        """The Authorization header of the kind, which no Jira accepts."""
        name, text = f"almconnect-{secrets.token_hex(6)}", secrets.token_urlsafe(24)
        if self.way == "basic":
            return Basic(name, text).headers(method, url)
        if self.way in ("pat", "service", "oauth2"):
            return Bearer(text).headers(method, url)
        pairs = {"oauth_consumer_key": name, "oauth_token": secrets.token_hex(16)}
        pairs |= {"oauth_signature_method": "RSA-SHA1", "oauth_timestamp": str(int(time.time()))}
        pairs |= {"oauth_nonce": secrets.token_hex(8), "oauth_signature": text}
        return {"Authorization": "OAuth " + ", ".join(f'{k}="{v}"' for k, v in pairs.items())}


def base_uri(url: str) -> str:
    """Scheme, host, port where not the default, and path as sent (RFC 5849 section 3.4.1.2)."""
    return str(base_string_uri(url))
