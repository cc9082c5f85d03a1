"""Which user a request comes from, by OAuth, bearer token, Basic or the browser's session.

Each flavour does it in its own way. It must not know routes.

Source of Basic and its CAPTCHA: https://developer.atlassian.com/server/jira/platform/basic-authentication/
Basic on Cloud: https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/
Basic switched off: https://confluence.atlassian.com/enterprise/disabling-basic-authentication-1044776464.html
Personal access tokens: https://confluence.atlassian.com/enterprise/using-personal-access-tokens-1026032365.html
"""

import base64
import binascii
from dataclasses import dataclass, field

from .model.people import User
from .model.site import Site
from .oauth2.register import register_of
from .refusal import Refusal
from .wire import Request, Response, html

OAUTH_SERVLETS = "/plugins/servlet/oauth/"


@dataclass(slots=True)
class Identity:
    """The asker (None is anonymous), headers for the answer, or an answer that ends it."""

    user: User | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    answer: Response | None = None
    refused: bool = False


def identify(site: Site, request: Request) -> Identity:
    """Judges the credentials of a request; the answer's headers tell how it went."""
    kind, _, value = request.header("authorization").partition(" ")
    if kind.lower() == "basic":
        found = _basic(site, value.strip())
    elif kind.lower() == "bearer":
        found = _bearer(site, value.strip())
    elif kind.lower() == "oauth" and not request.path.startswith(OAUTH_SERVLETS):
        found = site.parts["oauth"].identify(request)
    else:
        found = Identity(
            site.parts["sessions"].user(request.cookies().get(site.parts["sessions"].cookie, ""))
        )
    if site.cloud and found.user is not None:
        found.headers.append(("X-AAccountId", found.user.account_id))
    if not site.cloud:
        found.headers.append(("X-AUSERNAME", found.user.name if found.user else "anonymous"))
    return found


def basic_pair(value: str) -> tuple[str, str]:
    """Name and secret of a Basic header's value; empty where it is none."""
    try:
        text = base64.b64decode(value, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    name, _, secret = text.partition(":")
    return name, secret


def _basic(site: Site, value: str) -> Identity:
    name, secret = basic_pair(value)
    return _cloud_basic(site, name, secret) if site.cloud else _dc_basic(site, name, secret)


def _cloud_basic(site: Site, email: str, secret: str) -> Identity:
    user = site.user_by(email=email)
    if user is not None and user.active and secret == user.api_token:
        return Identity(user)
    if user is not None and secret == user.password:
        text = (
            "Basic authentication with passwords is deprecated.  For more information, see: "
            "https://developer.atlassian.com/cloud/confluence/deprecation-notice-basic-auth/"
        )
        return Identity(answer=Response(401, text.encode(), "text/plain;charset=UTF-8"))
    reason = [("X-Seraph-LoginReason", "AUTHENTICATED_FAILED")]
    return Identity(None, reason, refused=True)


def _dc_basic(site: Site, name: str, secret: str) -> Identity:
    if site.basic_disabled:
        message = "Basic Authentication has been disabled on this instance."
        raise Refusal(403, message, shape="message")
    user = site.user_by(name=name)
    if user is not None and user.locked:
        headers = [
            ("X-Seraph-LoginReason", "AUTHENTICATION_DENIED"),
            ("X-Authentication-Denied-Reason",
             f"CAPTCHA_CHALLENGE; login-url={site.base_url}/login.jsp"),
        ]  # fmt: skip
        return Identity(None, headers, failure(403, "AUTHENTICATION_DENIED"))
    if user is not None and user.active and secret == user.password:
        user.failed_logins = 0
        return Identity(user, [("X-Seraph-LoginReason", "OK")])
    if user is not None:
        user.failed_logins += 1
    headers = [
        ("X-Seraph-LoginReason", "AUTHENTICATED_FAILED"),
        ("WWW-Authenticate", f'OAuth realm="{site.base_url}"'),
    ]
    return Identity(None, headers, failure(401, "AUTHENTICATED_FAILED"))


def failure(status: int, reason: str) -> Response:
    """Data Center's HTML page for refused credentials."""
    title = "Forbidden (403)" if status == 403 else "Unauthorized (401)"
    text = f"Basic Authentication Failure - Reason : {reason}"
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body>"
    return html(page + "</html>", status)


def _bearer(site: Site, value: str) -> Identity:
    if site.cloud:
        raise Refusal(403, "Failed to parse Connect Session Auth Token", shape="message")
    for pat in site.pats.values():
        live = pat.expires is None or pat.expires > site.now()
        if pat.secret == value and pat.user.active and live:
            return Identity(pat.user)
    service = site.scoped_tokens.get(value)
    if service is not None and service.user.active and service.lives(site.now()):
        return Identity(service.user)
    grant = register_of(site).grant_of(value)
    if grant is not None:
        return Identity(site.users[grant.user])
    headers = [("X-Seraph-LoginReason", "AUTHENTICATED_FAILED")]
    return Identity(None, headers, failure(401, "AUTHENTICATED_FAILED"))
