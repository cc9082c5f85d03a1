"""Refusals recognised by the words of the answer, whatever its status: who refuses, and what exactly.

Read are the messages of Jira's JSON, the title and the text of a page, and Seraph's headers.

Source of the CAPTCHA's headers: https://developer.atlassian.com/server/jira/platform/basic-authentication/
Basic is off: https://confluence.atlassian.com/enterprise/disabling-basic-authentication-1044776464.html
Passwords on Cloud: https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/
Allowlists of addresses: https://support.atlassian.com/security-and-access-policies/docs/specify-ip-addresses-for-product-access/
Cross-site requests: https://support.atlassian.com/atlassian-cloud/kb/xsrf-check-failed-when-calling-cloud-apis
Cross-site requests, Data Center: https://confluence.atlassian.com/jirakb/rest-api-calls-with-a-browser-user-agent-header-may-fail-csrf-checks-802591455.html
The exact words were seen in answers of real instances and of web servers before them; of scopes and of
tokens of the wrong kind the vendor does not say them.
"""

from collections.abc import Callable

from jira_client import errors
from outgoing.wire import WireResponse

# Pages by which web servers say that TLS, not the request, is what they miss (nginx, Apache, Tomcat).
_WANTS_CERTIFICATE = (
    "no required ssl certificate was sent",
    "client certificate required",
    "client certificate was not",
)
_REFUSES_CERTIFICATE = ("the ssl certificate error",)  # nginx, of one that it was shown
_WANTS_TLS = (
    "plain http request was sent to https port",
    "speaking plain http to an ssl-enabled server port",
    "this combination of host and port requires tls",
    "client sent an http request to an https server",
)


def special(response: WireResponse, messages: tuple[str, ...]) -> errors.JiraError | None:
    """The error that the words name; None where the status says it all."""
    said = " ".join(messages).lower()
    for look in _LOOKS:
        if (found := look(response, messages, said)) is not None:
            return found
    return None


def _captcha(
    response: WireResponse, messages: tuple[str, ...], said: str
) -> errors.JiraError | None:
    denied = response.headers.get("x-authentication-denied-reason", "")
    seraph = response.headers.get("x-seraph-loginreason", "")
    if "CAPTCHA" not in denied and "AUTHENTICATION_DENIED" not in seraph:
        return None
    return errors.CaptchaRequired(
        "Jira wants a CAPTCHA after failed logins. Log in to Jira once with a browser as this "
        "account, then try again. Calls stop until then.",
        status=response.status,
        messages=messages,
    )


def _basic(response: WireResponse, messages: tuple[str, ...], said: str) -> errors.JiraError | None:
    if response.status == 403 and "basic auth" in said and "disabled" in said:
        return errors.BasicDisabled(
            "This Jira does not take user name and password at its API. Use OAuth or a Personal "
            "Access Token.",
            status=403,
            messages=messages,
        )
    if response.status == 401 and "basic authentication with passwords" in said:
        return errors.BasicDisabled(
            "Jira Cloud does not take account passwords. Use an API token in place of it.",
            status=401,
            messages=messages,
        )
    return None


def _token(response: WireResponse, messages: tuple[str, ...], said: str) -> errors.JiraError | None:
    if response.status not in (401, 403):
        return None
    if "failed to parse connect session auth token" not in said:
        return None
    # Cloud takes every bearer token for one of an app and cannot read a personal one.
    return errors.WrongToken(
        "Jira Cloud does not take Personal Access Tokens. Use OAuth, or Basic Auth with an "
        "API token.",
        status=response.status,
        messages=messages,
    )


def _scope(response: WireResponse, messages: tuple[str, ...], said: str) -> errors.JiraError | None:
    if response.status not in (401, 403) or "scope does not match" not in said:
        return None
    return errors.CallRefused(
        "The token lacks a scope that this call needs.", status=response.status, messages=messages
    )


def _address(
    response: WireResponse, messages: tuple[str, ...], said: str
) -> errors.JiraError | None:
    listed = "ip address" in said and ("allowed list" in said or "allowlist" in said)
    if response.status not in (401, 403) or not (listed or "ip address has been rejected" in said):
        return None
    return errors.OriginRefused(
        "Jira refuses the IP address that this server calls from: it is not on the organisation's "
        "allowlist.",
        status=response.status,
        messages=messages,
    )


def _xsrf(response: WireResponse, messages: tuple[str, ...], said: str) -> errors.JiraError | None:
    if response.status != 403 or "xsrf" not in said:
        return None
    return errors.XsrfRefused(
        "Jira's protection against cross-site requests refused the call. Check whether a proxy "
        "changes the User-Agent or removes the X-Atlassian-Token header.",
        status=403,
        messages=messages,
    )


def _tls(response: WireResponse, messages: tuple[str, ...], said: str) -> errors.JiraError | None:
    """A web server before Jira that misses TLS, or a certificate in it; Jira itself says none of this."""
    if not 400 <= response.status < 500:
        return None
    if any(words in said for words in _WANTS_CERTIFICATE):
        kind, words = "client_certificate", "The server before Jira wants a client certificate."
    elif any(words in said for words in _REFUSES_CERTIFICATE):
        kind = "client_certificate_refused"
        words = "The server before Jira does not accept the client certificate."
    elif any(words in said for words in _WANTS_TLS):
        kind, words = "wanted", "The port wants https, and was called by http."
    else:
        return None
    error = errors.TlsFailed(words, kind=kind)
    error.status, error.messages = response.status, messages
    return error


_LOOKS: tuple[Callable[[WireResponse, tuple[str, ...], str], errors.JiraError | None], ...] = (
    _captcha,
    _basic,
    _token,
    _scope,
    _address,
    _xsrf,
    _tls,
)
