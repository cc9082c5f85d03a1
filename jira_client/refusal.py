"""Turns an answer of 400 and above into the typed error that it amounts to.

The order of reading is the reference's: OAuth problem, JSON forms, headers, page title. Nothing of
a web page but its title is kept, and no header or body reaches a message unread.
"""

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from jira_client import errors
from jira_client.oauth_problem import oauth_problem
from jira_client.wire import WireResponse, http_date

_LONGEST = 300
_BY_STATUS: dict[int, tuple[type[errors.JiraError], str]] = {
    400: (errors.Invalid, "Jira refuses the content"),
    401: (errors.AuthenticationRefused, "Jira does not accept the credentials"),
    403: (errors.PermissionRefused, "The account may not do this in Jira"),
    404: (errors.NotFound, "Jira does not have it, or the account may not see it"),
    409: (errors.ConflictRefused, "Somebody changed the same thing in Jira at this moment"),
    410: (errors.Gone, "This Jira no longer offers this call"),
    413: (errors.TooBig, "It is more than Jira takes: a limit per issue, or the request's size"),
    422: (errors.WorkflowInvalid, "Jira's workflow or its configuration does not allow this"),
}
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_LOGIN = re.compile(
    rb"type=[\"']?password|name=[\"']?(os_username|SAMLRequest|SAMLResponse)|login-form"
    rb"|<title[^>]*>[^<]*(log ?in|sign ?in|single sign)",
    re.IGNORECASE,
)


def refusal(response: WireResponse, *, writes: bool) -> errors.JiraError:
    """The error for an answer with status 400 or above."""
    problem = oauth_problem(response)
    if problem is not None:
        return problem
    messages, fields = complaints(response)
    special = _special(response, messages)
    if special is not None:
        return special
    if response.status == 429:
        return _rate_limited(response)
    if response.status >= 500:
        return _server_fault(response, messages, writes)
    kind, words = _BY_STATUS.get(
        response.status, (errors.JiraError, f"Jira refuses with status {response.status}")
    )
    error = kind(
        sentence(words, messages, fields),
        status=response.status,
        messages=messages,
        field_errors=fields,
        retry_after=retry_after(response),
    )
    reason = response.headers.get("x-seraph-loginreason")
    if reason:
        error.seen["login reason"] = plain(reason)[:60]
    return error


def complaints(response: WireResponse) -> tuple[tuple[str, ...], dict[str, str]]:
    """Jira's general messages and its message per field, as plain short text."""
    body = response.body.strip()
    if body[:1] in (b"{", b"["):
        try:
            return read_complaints(orjson.loads(body))
        except orjson.JSONDecodeError:
            return (), {}
    if body[:1] == b"<":
        title = page_title(body)
        return ((title,) if title else ()), {}
    text = plain(body[:2000].decode("utf-8", "replace"))
    return ((text,) if text else ()), {}


def read_complaints(value: Any) -> tuple[tuple[str, ...], dict[str, str]]:
    """The same from a JSON value, also the `elementErrors` of a bulk call."""
    if isinstance(value, list):
        return tuple(plain(_text(item)) for item in value[:20]), {}
    if not isinstance(value, dict):
        return (), {}
    found = value.get("errorMessages")
    messages = [plain(str(item)) for item in found[:20]] if isinstance(found, list) else []
    for name in ("message", "errorMessage", "error_description"):
        if isinstance(value.get(name), str):
            messages.append(plain(value[name]))
    errors_found = value.get("errors")
    fields: dict[str, str] = {}
    if isinstance(errors_found, Mapping):
        fields = {plain(str(key)): plain(_text(text)) for key, text in errors_found.items()}
    elif isinstance(errors_found, list):
        messages += [plain(_text(item)) for item in errors_found[:20]]
    return tuple(text for text in messages if text), fields


def sentence(words: str, messages: tuple[str, ...], fields: Mapping[str, str]) -> str:
    """Our words and then Jira's."""
    theirs = [*messages, *(f"{name}: {text}" for name, text in fields.items())]
    return f"{words}: {' '.join(theirs)[:600]}" if theirs else f"{words}."


def plain(text: str) -> str:
    """One line of text without control characters and markup, at most 300 characters."""
    without_tags = re.sub(r"<[^>]{0,200}>", " ", text)
    return " ".join("".join(c if c.isprintable() else " " for c in without_tags).split())[:_LONGEST]


def page_title(body: bytes) -> str:
    """The title of a web page, as plain text."""
    match = _TITLE.search(body[:20_000])
    return plain(html.unescape(match[1].decode("utf-8", "replace")))[:120] if match else ""


def looks_like_login(body: bytes) -> bool:
    """Whether a web page asks for a login."""
    return _LOGIN.search(body[:200_000]) is not None


def retry_after(response: WireResponse) -> float | None:
    """Seconds to wait by the Retry-After header, which holds seconds or a date."""
    value = response.headers.get("retry-after", "").strip()
    if not value:
        return None
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        return float(value)
    moment = http_date(value)
    if moment is None:
        return None
    # Against Jira's own clock where it tells it: ours may differ.
    return max(0.0, (moment - (response.date or datetime.now(UTC))).total_seconds())


def _text(item: Any) -> str:
    if isinstance(item, dict):
        return str(item.get("message") or item.get("errorMessage") or "")
    return str(item)


def _special(response: WireResponse, messages: tuple[str, ...]) -> errors.JiraError | None:
    said = " ".join(messages).lower()
    denied = response.headers.get("x-authentication-denied-reason", "")
    seraph = response.headers.get("x-seraph-loginreason", "")
    if "CAPTCHA" in denied or "AUTHENTICATION_DENIED" in seraph:
        return errors.CaptchaRequired(
            "Jira wants a CAPTCHA after failed logins. Log in to Jira once with a browser as this "
            "account, then try again. Calls stop until then.",
            status=response.status,
            messages=messages,
        )
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
    if response.status in (401, 403) and "failed to parse connect session auth token" in said:
        # Cloud takes every bearer token for one of an app and cannot read a personal one.
        return errors.WrongToken(
            "Jira Cloud does not take Personal Access Tokens. Use OAuth, or Basic Auth with an "
            "API token.",
            status=response.status,
            messages=messages,
        )
    if response.status == 403 and "xsrf" in said:
        return errors.XsrfRefused(
            "Jira's protection against cross-site requests refused the call. Check whether a proxy "
            "changes the User-Agent or removes the X-Atlassian-Token header.",
            status=403,
            messages=messages,
        )
    return None


_HOUR = "an hour"


def _rate_limited(response: WireResponse) -> errors.RateLimited:
    wait = retry_after(response)
    reason = plain(response.headers.get("ratelimit-reason", ""))[:80]
    ask = f" for {wait:g} seconds" if wait is not None else ""
    if wait is not None and wait > errors.LONGEST_WAIT:
        ask += f", which is more than is believed: it is asked again in {_HOUR}"
    return errors.RateLimited(
        f"Jira asks to pause{ask}: too many calls.",
        reason=reason,
        retry_after=wait,
        seen={"reason": reason} if reason else {},
    )


def _server_fault(
    response: WireResponse, messages: tuple[str, ...], writes: bool
) -> errors.ServerFault:
    return errors.ServerFault(
        sentence(f"Jira failed inside (status {response.status})", messages, {}),
        status=response.status,
        messages=messages,
        retry_after=retry_after(response),
        outcome_unknown=writes,
        # 501 and 505 will not pass by waiting.
        transient=response.status not in (501, 505),
    )
