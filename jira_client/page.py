"""A web page that came in place of data: its title, its text, and whether it asks for a login.

Whoever answers may send anything, so every step here looks at each byte a bounded number of times.

Source: the names of login fields were seen on Jira's login page and on those of single sign-ons; the
vendor does not say them.
"""

import html
import re

_LONGEST = 300
_MOST = 200_000  # bytes of a page that are looked at
_MOST_TEXT = 60_000  # of which only the first words are kept
_TAG = re.compile(r"<[^<>]{0,200}>")
_ASKS = re.compile(
    rb"type=[\"']?password|name=[\"']?(?:os_username|SAMLRequest|SAMLResponse)|login-form",
    re.IGNORECASE,
)
_LOGIN_TITLES = ("log in", "login", "sign in", "signin", "single sign")
_UNSEEN = (b"script", b"style")


def is_page(body: bytes) -> bool:
    """Whether this is a web page rather than data."""
    return body.lstrip()[:1] == b"<"


def page_title(body: bytes) -> str:
    """The title of a web page, as plain text."""
    found = body[:_MOST]
    low = found.lower()
    start = low.find(b"<title")
    opened = low.find(b">", start) if start >= 0 else -1
    if opened < 0:
        return ""
    closed = low.find(b"</title", opened)
    text = found[opened + 1 : closed] if closed >= 0 else b""
    return plain(html.unescape(text[:2000].decode("utf-8", "replace")))[:120]


def page_text(body: bytes) -> str:
    """What a person would read on the page, without its title; at most 300 characters."""
    found = body[:_MOST_TEXT]
    low = found.lower()
    parts: list[bytes] = []
    at, size = max(low.find(b"</title"), 0), 0
    while size < 4 * _LONGEST:
        opened = low.find(b"<", at)
        parts.append(found[at : opened if opened >= 0 else len(found)])
        size += len(parts[-1].strip())
        if opened < 0:
            break
        name = low[opened + 1 : opened + 7]
        end = b">"
        for unseen in _UNSEEN:
            if name.startswith(unseen):
                end = b"</" + unseen
        closed = low.find(end, opened + 1)
        if closed < 0:
            break
        at = closed + (1 if end == b">" else 0)
    return plain(html.unescape(b" ".join(parts)[:4000].decode("utf-8", "replace")))


def looks_like_login(body: bytes) -> bool:
    """Whether a web page asks for a login."""
    title = page_title(body).lower()
    return any(word in title for word in _LOGIN_TITLES) or _ASKS.search(body[:_MOST]) is not None


def plain(text: str) -> str:
    """One line of text without control characters and markup, at most 300 characters."""
    without_tags = _TAG.sub(" ", text[: 20 * _LONGEST])
    return " ".join("".join(c if c.isprintable() else " " for c in without_tags).split())[:_LONGEST]
