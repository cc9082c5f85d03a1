"""Turns an answer of 400 and above into the typed error that it amounts to.

Read in this order: OAuth problem, JSON forms, headers, then the title and the text of a page. Of a
page only short plain text is kept, and no header or body reaches a message unread. What a certain
refusal means by its own words is in `refusal_words`.

Source of status codes and the shape of errors: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
That sentences also come under `message`, `messages`, `error` and others was seen in answers of real
instances; the vendor does not say.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from jira_client import errors
from jira_client.answer_source import foreign_prompt, shows_jira
from jira_client.durations import in_words
from jira_client.oauth_problem import oauth_problem
from jira_client.page import is_page, looks_like_login, page_text, page_title, plain
from jira_client.refusal_words import special
from outgoing.wire import WireResponse, http_date

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
# The keys under which Jira and what stands before it put one sentence.
_SENTENCES = ("message", "errorMessage", "error_description", "error")


def refusal(response: WireResponse, *, writes: bool) -> errors.JiraError:
    """The error of the tree for an answer with status 400 or above.

    `writes`: the call may have changed Jira.
    """
    problem = oauth_problem(response)
    if problem is not None:
        problem.from_jira = True
        return problem
    if prompt := foreign_prompt(response):
        return errors.ForeignLogin(
            f"What answers is not Jira: it asks for a login of its own ({prompt}).",
            status=response.status,
            seen={"asks for": prompt},
        )
    own = shows_jira(response)
    if not own and response.status in (401, 403) and looks_like_login(response.body):
        return errors.NotJson(
            "A login page came instead of Jira's API: a single sign-on or proxy stands before Jira. "
            "Let this server reach Jira's REST API past it.",
            kind="login_page",
            status=response.status,
        )
    error = _typed(response, writes)
    error.from_jira = own
    if not error.from_jira and is_page(response.body):
        error.seen["answered by"] = "a web page without any mark of Jira"
    return error


def _typed(response: WireResponse, writes: bool) -> errors.JiraError:
    messages, fields = complaints(response)
    said = special(response, messages)
    if said is not None:
        return said
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
    if is_page(body):
        told = (page_title(body), page_text(body))
        return tuple(text for text in told if text), {}
    text = plain(body[:2000].decode("utf-8", "replace"))
    return ((text,) if text else ()), {}


def read_complaints(value: Any) -> tuple[tuple[str, ...], dict[str, str]]:
    """General messages and messages per field from a JSON value, or a bulk call's `elementErrors`."""
    if isinstance(value, list):
        return tuple(plain(_text(item)) for item in value[:20]), {}
    if not isinstance(value, dict):
        return (), {}
    messages: list[str] = []
    for name in ("errorMessages", "messages"):
        found = value.get(name)
        messages += [plain(_text(item)) for item in found[:20]] if isinstance(found, list) else []
    messages += [plain(value[name]) for name in _SENTENCES if isinstance(value.get(name), str)]
    errors_found = value.get("errors")
    fields: dict[str, str] = {}
    if isinstance(errors_found, Mapping):
        fields = {plain(str(key)): plain(_text(text)) for key, text in errors_found.items()}
    elif isinstance(errors_found, list):
        messages += [plain(_text(item)) for item in errors_found[:20]]
    return tuple(dict.fromkeys(text for text in messages if text)), fields


def sentence(words: str, messages: tuple[str, ...], fields: Mapping[str, str]) -> str:
    """A sentence of our words and then Jira's."""
    theirs = [*messages, *(f"{name}: {text}" for name, text in fields.items())]
    return f"{words}: {' '.join(theirs)[:600]}" if theirs else f"{words}."


def retry_after(response: WireResponse) -> float | None:
    """Seconds to wait by the Retry-After header, which holds seconds or a date; None without one.

    Source: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
    Data Center: https://confluence.atlassian.com/adminjiraserver/adjusting-your-code-for-rate-limiting-987143384.html
    """
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
    """One complaint: a sentence, an object that holds one, or a key with its arguments."""
    if not isinstance(item, dict):
        return str(item)
    told = item.get("message") or item.get("errorMessage")
    if told:
        return str(told)
    given = item.get("arguments")
    named = ", ".join(str(one) for one in given[:5]) if isinstance(given, list) else ""
    key = str(item.get("key") or "")
    return f"{key} ({named})" if key and named else key


def _rate_limited(response: WireResponse) -> errors.RateLimited:
    wait = retry_after(response)
    reason = plain(response.headers.get("ratelimit-reason", ""))[:80]
    ask = f" for {in_words(errors.bounded(wait))}" if wait is not None else ""
    if wait is not None and wait > errors.LONGEST_WAIT:
        ask = f" for more than is believed: it is asked again in {in_words(errors.LONGEST_WAIT)}"
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
