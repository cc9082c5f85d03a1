"""A tour of every page that links lead to, one of each kind: of two work items, one is enough."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Page

# What leaves the console, ends the session, or is no page.
LEFT_OUT = re.compile(r"/account/logout/|/oauth/(authenticate|authorize)/|/api/|\.csv|/metrics")
_VARIABLE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)\d+(?=/)|(?<=/jira-admin/)[^/]+")
MOST = 120


def kind_of(address: str) -> str:
    """The address without ids, and of its query only the view and the method."""
    parts = urlsplit(address)
    asked = sorted(re.findall(r"(?:view|method)=\w+", parts.query))
    return (_VARIABLE.sub("*", parts.path) or "/") + ("?" + "&".join(asked) if asked else "")


def visited(page: Page, home: str, *more: str) -> Iterator[str]:
    """Opens page after page, from `home` and `more` on, and stops at each: yields its kind.

    Whoever iterates looks at `page` between the steps. Raises AssertionError where a link is broken.
    """
    waiting, seen = [home, *more], set[str]()
    while waiting and len(seen) < MOST:
        address = waiting.pop(0)
        if kind_of(address) in seen:
            continue
        seen.add(kind_of(address))
        answer = page.goto(address)
        assert answer, address
        assert answer.ok, f"{address} answers {answer.status}"
        yield kind_of(address)
        waiting += _links(page, home)


def _links(page: Page, home: str) -> list[str]:
    hrefs = page.locator("a[href]").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    found = [urljoin(page.url, href).partition("#")[0] for href in hrefs]
    return [one for one in found if one.startswith(home + "/") and not LEFT_OUT.search(one)]
