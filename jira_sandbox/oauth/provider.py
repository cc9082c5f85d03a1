"""The two token endpoints, and the user that a signed request comes from, in the order of Jira's checks.

Every refusal is a Problem. The signature is checked against the configured base URL: a client
that was given another address, or a proxy that rewrites it, fails with `signature_invalid`, as with
a real Jira.

Source: https://developer.atlassian.com/cloud/jira/platform/jira-rest-api-oauth-authentication
Data Center: https://developer.atlassian.com/server/jira/platform/oauth
Order of checks and lifetimes were read in Atlassian's own provider (the Bitbucket plugin of Jenkins);
the vendor does not say them.
"""

import re
from collections import OrderedDict
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from ..authentication import Identity
from ..model.people import User
from ..model.site import Site
from ..wire import Request, Response
from .links import AccessToken, ApplicationLink, Register, RequestToken
from .problems import Problem
from .signature import base_string, header_parameters, public_key, query_parameters, verified

WINDOW = timedelta(minutes=5)
NONCES_KEPT = 200_000
SIX = (
    "oauth_consumer_key", "oauth_token", "oauth_signature_method", "oauth_signature",
    "oauth_timestamp", "oauth_nonce",
)  # fmt: skip


class Message:
    """One signed request: its OAuth parameters and everything the signature covers."""

    def __init__(self, site: Site, request: Request) -> None:
        self.method = request.method
        below = request.raw_path[len(site.context) :]
        self.url = (site.seen_as or site.base_url) + below
        self.header = header_parameters(request.header("authorization"))
        self.pairs = self.header + query_parameters(request.query) + request.form_pairs()
        self.values = dict(self.pairs)

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    def require(self, *names: str) -> None:
        absent = [name for name in names if name not in self.values]
        if absent:
            raise Problem("parameter_absent", {"oauth_parameters_absent": "&".join(absent)})

    @property
    def base_string(self) -> str:
        return base_string(self.method, self.url, self.pairs)


class Provider:
    """The OAuth provider of one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.register = Register()
        self._nonces: OrderedDict[tuple[str, ...], None] = OrderedDict()

    # -- endpoints

    def request_token(self, request: Request) -> Response:
        message = Message(self.site, request)
        message.require("oauth_consumer_key")
        link = self._consumer(message)
        self.validate(message, link)
        callback = message.get("oauth_callback")
        if callback != "oob" and not self._absolute(callback):
            advice = "As per OAuth spec version 1.0 Revision A Section 6.1 <http://oauth.net/core/" \
                "1.0a#auth_step1>, the oauth_callback parameter is required and must be either " \
                "a valid, absolute URI using the http or https scheme, or 'oob'"  # fmt: skip
            raise Problem(
                "parameter_rejected",
                {"oauth_parameters_rejected": "oauth_callback", "oauth_problem_advice": advice},
            )
        made = self.register.new_request(link, callback, self.site.now())
        return _form({"oauth_token": made.token, "oauth_token_secret": made.secret,
                      "oauth_callback_confirmed": "true"})  # fmt: skip

    def access_token(self, request: Request) -> Response:
        message = Message(self.site, request)
        message.require("oauth_token", "oauth_consumer_key")
        if message.get("oauth_session_handle"):
            return self._granted(self._renewed(message))
        token = self.register.requests.get(message.get("oauth_token"))
        if token is None or token.used:
            raise Problem("token_rejected")
        link, user = self._judge(token, message)
        self.validate(message, link)
        token.used = True
        del self.register.requests[token.token]
        return self._granted(self.register.new_access(link, user, self.site.now()))

    def _judge(self, token: RequestToken, message: Message) -> tuple[ApplicationLink, User]:
        """The order of a real provider: each check has its own problem."""
        if token.expires <= self.site.now():
            raise Problem("token_expired")
        if token.denied:
            raise Problem("permission_denied")
        if token.user is None:
            raise Problem("permission_unknown")
        if token.link.consumer_key != message.get("oauth_consumer_key"):
            raise Problem("token_rejected")
        message.require("oauth_verifier")
        if token.verifier != message.get("oauth_verifier"):
            raise Problem("token_rejected")
        return self._consumer(message), token.user

    def _renewed(self, message: Message) -> AccessToken:
        old = self.register.tokens.get(message.get("oauth_token"))
        if old is None or old.link.consumer_key != message.get("oauth_consumer_key"):
            raise Problem("token_rejected")
        if old.session_handle != message.get("oauth_session_handle"):
            raise Problem("token_rejected")
        if old.session_expires <= self.site.now():
            raise Problem("permission_denied")
        link = self._consumer(message)
        self.validate(message, link)
        del self.register.tokens[old.token]
        return self.register.new_access(link, old.user, self.site.now())

    @staticmethod
    def _granted(made: AccessToken) -> Response:
        life = int((made.expires - made.created).total_seconds())
        session = int((made.session_expires - made.created).total_seconds())
        return _form({
            "oauth_token": made.token, "oauth_token_secret": made.secret,
            "oauth_expires_in": str(life), "oauth_session_handle": made.session_handle,
            "oauth_authorization_expires_in": str(session),
        })  # fmt: skip

    # -- every signed call

    def identify(self, request: Request) -> Identity:
        """Who signed. A request that lacks one of the six parameters is anonymous."""
        message = Message(self.site, request)
        given = dict(message.header)
        if not all(given.get(name) for name in SIX):
            return Identity()
        try:
            return Identity(self._signer(message))
        except Problem as problem:
            return Identity(answer=problem.response(self.site.base_url))

    def _signer(self, message: Message) -> User:
        token = self.register.tokens.get(message.get("oauth_token"))
        if token is None or token.link.consumer_key != message.get("oauth_consumer_key"):
            raise Problem("token_rejected")
        if token.expires <= self.site.now():
            raise Problem("token_expired")
        self.validate(message, token.link)
        self._consumer(message)
        if not token.user.active:
            raise Problem("permission_denied")
        return token.user

    def _consumer(self, message: Message) -> ApplicationLink:
        link = self.register.consumer(message.get("oauth_consumer_key"))
        if link is None:
            raise Problem("consumer_key_unknown")
        if not link.enabled:
            raise Problem("consumer_key_rejected")
        return link

    def validate(self, message: Message, link: ApplicationLink) -> None:
        """Version, clock, nonce, then signature. Raises Problem."""
        message.require(
            "oauth_signature_method", "oauth_signature", "oauth_timestamp", "oauth_nonce"
        )
        if message.values.get("oauth_version", "1.0") != "1.0":
            raise Problem("version_rejected", {"oauth_acceptable_versions": "1.0-1.0"})
        self._clock(message)
        if message.get("oauth_signature_method") != "RSA-SHA1":
            raise Problem(
                "signature_method_rejected", {"oauth_acceptable_signature_methods": "RSA-SHA1"}
            )
        text = message.base_string
        if not verified(public_key(link.public_key), text, message.get("oauth_signature")):
            raise Problem("signature_invalid", {
                "oauth_signature": message.get("oauth_signature"),
                "oauth_signature_base_string": text,
                "oauth_signature_method": "RSA-SHA1",
            })  # fmt: skip

    def _clock(self, message: Message) -> None:
        now = self.site.now()
        stamp = message.get("oauth_timestamp")
        if not re.fullmatch(r"\d{1,12}", stamp):
            raise Problem("parameter_rejected", {"oauth_parameters_rejected": "oauth_timestamp"})
        low, high = _seconds(now - WINDOW), _seconds(now + WINDOW)
        if not low <= int(stamp) <= high:
            raise Problem("timestamp_refused", {"oauth_acceptable_timestamps": f"{low}-{high}"})
        seen = (stamp, message.get("oauth_nonce"), message.get("oauth_consumer_key"),
                message.get("oauth_token"))  # fmt: skip
        if seen in self._nonces:
            raise Problem("nonce_used")
        self._nonces[seen] = None
        while len(self._nonces) > NONCES_KEPT:
            self._nonces.popitem(last=False)

    @staticmethod
    def _absolute(url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.netloc)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _form(pairs: dict[str, str]) -> Response:
    return Response(200, urlencode(pairs).encode(), "text/plain;charset=UTF-8")
