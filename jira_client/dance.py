"""The three legs of OAuth 1.0a with Jira: request token, approval in a browser, access token.

It keeps nothing: the caller stores what comes back, and matches the callback to its flow.

Source: https://developer.atlassian.com/cloud/jira/platform/jira-rest-api-oauth-authentication
Data Center: https://developer.atlassian.com/server/jira/platform/oauth
The lifetimes and the verifier `denied` were read in Atlassian's own provider (the Bitbucket plugin of
Jenkins); the vendor does not say them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote

from jira_client.auth import OAuth1
from jira_client.errors import JiraError, NotJson, OAuthProblem
from jira_client.page import looks_like_login, page_title
from jira_client.protocol import Request, encode
from jira_client.redirects import redirected
from jira_client.refusal import refusal
from jira_client.transport import Transport
from outgoing.wire import WireRequest, WireResponse

# The three addresses: https://developer.atlassian.com/cloud/jira/platform/jira-rest-api-oauth-authentication
REQUEST_TOKEN = "/plugins/servlet/oauth/request-token"  # noqa: S105 - a path
AUTHORIZE = "/plugins/servlet/oauth/authorize"
ACCESS_TOKEN = "/plugins/servlet/oauth/access-token"  # noqa: S105 - a path
OUT_OF_BAND = "oob"
DENIED = "denied"


@dataclass(frozen=True, slots=True)
class RequestToken:
    """A temporary token, good for about ten minutes and one approval."""

    token: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """The token of an approved account; lifetimes in seconds, None where Jira does not tell."""

    token: str = field(repr=False)
    secret: str = field(repr=False)
    expires_in: int | None
    session_handle: str | None = field(repr=False)
    authorization_expires_in: int | None


def request_token(
    transport: Transport, base_url: str, consumer_key: str, private_key_pem: str, callback: str
) -> RequestToken:
    """The first leg: a request token. `callback` is an absolute address, or "oob" for none.

    Raises OAuthProblem, also where the answer lacks oauth_callback_confirmed=true; NotJson where a
    page came, Redirected where Jira is elsewhere; KeyUnusable; and whatever the transport raises.
    """
    auth = OAuth1(consumer_key, private_key_pem, extra={"oauth_callback": callback or OUT_OF_BAND})
    answer = _post(transport, base_url, REQUEST_TOKEN, auth)
    if answer.get("oauth_callback_confirmed", "").lower() != "true":
        raise OAuthProblem(
            "Jira did not confirm the callback address, so the approval could be hijacked. This "
            "Jira is too old, or a proxy answers in its place.",
            problem="callback_unconfirmed",
        )
    return RequestToken(_need(answer, "oauth_token"), answer.get("oauth_token_secret", ""))


def authorize_url(base_url: str, token: str) -> str:
    """The second leg: the address in Jira where the person approves the request token."""
    return f"{base_url.rstrip('/')}{AUTHORIZE}?oauth_token={quote(token, safe='')}"


def access_token(
    transport: Transport,
    base_url: str,
    consumer_key: str,
    private_key_pem: str,
    request_token: str,
    request_secret: str,
    verifier: str,
) -> AccessToken:
    """The third leg: the access token of the account that approved.

    Raises OAuthProblem (permission_denied for the verifier "denied", permission_unknown before the person
    has decided); NotJson, Redirected, KeyUnusable; and whatever the transport raises.


    `request_secret` takes no part in RSA-SHA1; it is asked for so that callers keep pairs together.
    """
    if verifier.strip() == DENIED:
        raise OAuthProblem("The person refused access in Jira.", problem="permission_denied")
    extra = {"oauth_verifier": verifier.strip()} if verifier.strip() else {}
    auth = OAuth1(consumer_key, private_key_pem, request_token, extra)
    return _access(_post(transport, base_url, ACCESS_TOKEN, auth))


def renew_access_token(
    transport: Transport,
    base_url: str,
    consumer_key: str,
    private_key_pem: str,
    token: str,
    session_handle: str,
) -> AccessToken:
    """A fresh access token for an old one and its session handle.

    Raises OAuthProblem (permission_denied where the session has ended), and what `access_token` raises.
    """
    extra = {"oauth_session_handle": session_handle}
    auth = OAuth1(consumer_key, private_key_pem, token, extra)
    return _access(_post(transport, base_url, ACCESS_TOKEN, auth))


def _post(transport: Transport, base_url: str, path: str, auth: OAuth1) -> dict[str, str]:
    wire = encode(Request("POST", path, writes=False))
    headers = {**wire.headers, **auth.headers("POST", base_url.rstrip("/") + wire.target)}
    headers["Accept"] = "*/*"
    try:
        response = transport.send(WireRequest("POST", wire.target, headers, b"", path))
        return _read(response, path)
    except JiraError as error:
        error.located("POST", path, auth.sender)
        if isinstance(error, OAuthProblem):
            error.sent_url = base_url.rstrip("/") + wire.target
        raise


def _read(response: WireResponse, path: str) -> dict[str, str]:
    if response.status >= 400:
        raise refusal(response, writes=False)
    if response.status >= 300:
        raise redirected(response, path)
    text = response.body.decode("utf-8", "replace").strip()
    answer = {} if text[:1] in ("<", "{") else dict(parse_qsl(text))
    if "oauth_problem" in answer:
        raise OAuthProblem(
            f"Jira's OAuth refuses: {answer['oauth_problem'][:60]}.",
            problem=answer["oauth_problem"][:60],
            status=response.status,
        )
    if not any(name.startswith("oauth_") for name in answer):
        raise _page(response)
    return answer


def _page(response: WireResponse) -> NotJson:
    login = looks_like_login(response.body)
    title = page_title(response.body)
    return NotJson(
        "Jira's OAuth address answered with something else than a token. Check that the Instance "
        "URL is Jira's own, with its context path, and that no single sign-on stands before it.",
        kind="login_page" if login else "html" if response.body else "empty",
        status=response.status,
        seen={"page title": title} if title else {},
    )


def _access(answer: Mapping[str, str]) -> AccessToken:
    return AccessToken(
        token=_need(answer, "oauth_token"),
        secret=answer.get("oauth_token_secret", ""),
        expires_in=_seconds(answer.get("oauth_expires_in")),
        session_handle=answer.get("oauth_session_handle") or None,
        authorization_expires_in=_seconds(answer.get("oauth_authorization_expires_in")),
    )


def _need(answer: Mapping[str, str], name: str) -> str:
    value = answer.get(name, "")
    if not value:
        raise OAuthProblem("Jira's answer holds no token.", problem="token_missing")
    return value


def _seconds(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None
