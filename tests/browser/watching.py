"""What a browser does behind the pages: what it asks for, and what it complains of.

Chromium reports a violated Content-Security-Policy and a script's failure as console errors. Only
the console's own pages are judged; a sandbox stands for somebody else's Jira.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Request, WebError

# Chromium's word for an answer of 400 and above, also where the page itself is the answer.
REFUSED = "Failed to load resource"


class Watch:
    """`leaks`: requests of the console's pages to other hosts. `complaints`: console errors."""

    def __init__(self, context: BrowserContext, ours: str) -> None:
        self.ours = ours
        self.leaks: list[str] = []
        self.complaints: list[str] = []
        self.asked = 0
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("weberror", self._failed)

    def _asked(self, request: Request) -> None:
        self.asked += 1
        if request.is_navigation_request() or urlsplit(request.url).scheme in {"data", "blob"}:
            return
        try:
            asking = request.frame.url
        except Error:
            asking = self.ours  # a tab that opens just now: take it for one of ours
        if self._is_ours(asking) and not self._is_ours(request.url):
            self.leaks.append(f"{asking} asked for {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        page = message.page.url if message.page else ""
        place = message.location.get("url", "")
        if message.type not in {"error", "warning"} or not self._is_ours(page):
            return
        if message.text.startswith(REFUSED) and _same_page(place, page):
            return
        self.complaints.append(f"{page}: {message.text} ({place})")

    def _failed(self, error: WebError) -> None:
        if error.page and self._is_ours(error.page.url):
            self.complaints.append(f"{error.page.url}: {error.error.message}")

    def _is_ours(self, url: str) -> bool:
        return url == self.ours or url.startswith(self.ours + "/")

    def judge(self) -> None:
        assert not self.leaks, "\n".join(self.leaks)
        assert not self.complaints, "\n".join(self.complaints)


def _same_page(one: str, other: str) -> bool:
    return one.partition("#")[0] == other.partition("#")[0]
