"""Whether an answer is Jira's own, or comes from something before it that wants a login of its own.

A mark of Jira's proves that the answer came from Jira; the lack of all marks proves nothing, since
proxies turn strangers away in their own words. A challenge that is none of Jira's, on an answer without
any mark, is proof of the opposite: somebody else asks for a login, and what it is given it keeps.
docs/decisions/0060 holds what follows from that.

Source of X-AAccountId: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#special-request-headers
X-Seraph-LoginReason, X-Authentication-Denied-Reason: https://developer.atlassian.com/server/jira/platform/basic-authentication/
The other headers, the challenges and the words were seen in answers of real instances; the vendor does
not say that Jira alone sends them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from jira_client.page import is_page, page_text, plain
from outgoing.wire import WireResponse

# Headers and words that Jira alone sends: see the sources above
_OWN_HEADERS = (
    *("x-arequestid", "x-asessionid", "x-anodeid", "x-ausername", "x-aaccountid"),
    *("x-seraph-loginreason", "x-authentication-denied-reason"),
)
_OWN_CHALLENGES = frozenset({"oauth", "jira"})  # `OAuth realm="…"`, `JIRA REST POST`
_OWN_WORDS = (
    "client must be authenticated to access this resource",
    "basic authentication failure - reason",
    "basic authentication with passwords is deprecated",
    "basic authentication has been disabled on this instance",
    "failed to parse connect session auth token",
    "scope does not match",
    "xsrf check failed",
)


def shows_jira(response: WireResponse) -> bool:
    """Whether the answer carries a mark that Jira alone, or Atlassian's gateway before it, sets."""
    headers = response.headers
    if any(name in headers for name in _OWN_HEADERS):
        return True
    if any(name.startswith("atl-") for name in headers):
        return True
    named = {scheme for scheme, _ in challenges(headers.get("www-authenticate", ""))}
    return bool(named & _OWN_CHALLENGES) or _speaks_so(response.body)


def foreign_prompt(response: WireResponse) -> str:
    """The login prompt of somebody before Jira, as `Basic “Restricted”`; empty where there is none."""
    if response.status == 407:
        return "a proxy (407)"
    if response.status != 401 or shows_jira(response):
        return ""
    for scheme, realm in challenges(response.headers.get("www-authenticate", "")):
        name = _PRINTED.get(scheme, scheme.capitalize())
        return f"{name} “{realm}”" if realm else name
    return ""


def challenges(value: str) -> Iterator[tuple[str, str]]:
    """Scheme in lower case and realm of each challenge of a WWW-Authenticate header."""
    scheme, realm = "", ""
    for piece in _pieces(value):
        head, _, rest = piece.partition(" ")
        if head and "=" not in head:
            if scheme:
                yield scheme, realm
            scheme, realm, piece = head.lower()[:40], "", rest.strip()
        if piece.lower().startswith("realm="):
            realm = plain(piece[6:].strip('" '))[:60]
    if scheme:
        yield scheme, realm


_PRINTED: Mapping[str, str] = {"ntlm": "NTLM", "oauth": "OAuth"}


def _pieces(value: str) -> Iterator[str]:
    """The parts between commas that stand outside quotes."""
    start, quoted = 0, False
    for at, letter in enumerate(value):
        if letter == '"':
            quoted = not quoted
        elif letter == "," and not quoted:
            yield value[start:at].strip()
            start = at + 1
    yield value[start:].strip()


def _speaks_so(body: bytes) -> bool:
    text = body.strip()
    if text[:1] == b"{":
        try:
            value: Any = orjson.loads(text)
        except orjson.JSONDecodeError:
            return False
        return _has_shape(value)
    said = page_text(text) if is_page(text) else plain(text[:2000].decode("utf-8", "replace"))
    return _in_own_words(said)


def _has_shape(value: Any) -> bool:
    """Jira's error object, or that of Atlassian's gateway."""
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("errorMessages"), list):
        return True
    told = value.get("message") or value.get("error")
    if not isinstance(told, str):
        return False
    gateway = value.get("code") == 401 and told.startswith("Unauthorized")
    return gateway or "status-code" in value or _in_own_words(told)


def _in_own_words(text: str) -> bool:
    low = text.lower()
    return any(words in low for words in _OWN_WORDS)
