"""Redirects: whether an answer points to a moved Jira, to a login page or to Jira's own waiting page.

A target is judged before anybody is sent there. The same path at another address is a move, whatever the
host is called; a login shows in the path or the query, and in the host only where the call's own path is
gone; Jira's pages of starting and maintenance are no place to connect to.

Source: the addresses of Jira's waiting pages were seen at instances that start; the vendor does not say
them.
"""

import re
from urllib.parse import SplitResult, parse_qsl, urlsplit

from jira_client.errors import JiraError, Redirected, Starting
from outgoing.wire import WireResponse

# Whole words of a path: "lessons" holds "sso".
_LOGIN_PATH = re.compile(
    r"log-?in|sign-?in|(?<![a-z])(?:sso|saml2?|adfs|auth|authn|authorize|oauth2?|openid-connect|idp|cas)"
    r"(?![a-z])"
)
_LOGIN_HOSTS = frozenset(
    {"login", "signin", "sso", "idp", "auth", "adfs", "sts", "saml", "accounts", "id"}
)
_LOGIN_QUERY = frozenset({"samlrequest", "samlresponse", "relaystate", "os_destination", "wctx"})
_OPENID = frozenset({"client_id", "response_type"})
_WAITING = ("/startup.jsp", "/secure/errors.jsp", "/errors.jsp", "/maintenance.jsp")


def redirected(response: WireResponse, path: str) -> JiraError:
    """The error for an answer with a Location, Redirected or Starting; `path` is what was asked for."""
    given = response.headers.get("location", "")
    location, parts = plain_location(given), _parts(given)
    seen = {"leads to": location} if location else {}
    if parts is not None and parts.path.lower().endswith(_WAITING):
        return Starting(
            "Jira is starting, or in maintenance. Try again in some minutes.",
            status=response.status,
            seen=seen,
        )
    moved = parts is not None and bool(parts.hostname) and parts.path.endswith(path)
    to_login = parts is not None and not moved and _is_login(parts)
    if to_login:
        message = (
            "Jira's address leads to a login page. Let this server reach Jira's REST API past "
            "the single sign-on."
        )
    elif moved:
        message = "Jira has moved: its address leads to the same call elsewhere."
    else:
        message = "Jira's address leads to a page elsewhere, which is no Jira API."
    return Redirected(
        message,
        location=location,
        to_login=to_login,
        moved_to=location.removesuffix(path) if moved else "",
        status=response.status,
        seen=seen,
    )


def plain_location(location: str) -> str:
    """An address without userinfo, query and fragment, which may hold secrets."""
    parts = _parts(location)
    if parts is None:
        return ""
    port = f":{parts.port}" if parts.port else ""
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    origin = f"{parts.scheme}://{host}{port}" if host else ""
    return (origin + parts.path)[:300]


def _parts(location: str) -> SplitResult | None:
    try:
        parts = urlsplit(location[:4000])
        _ = parts.port
    except ValueError:
        return None
    return parts


def _is_login(parts: SplitResult) -> bool:
    if _LOGIN_PATH.search(parts.path.lower()):
        return True
    names = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    if names & _LOGIN_QUERY or names >= _OPENID:
        return True
    return (parts.hostname or "").partition(".")[0] in _LOGIN_HOSTS
