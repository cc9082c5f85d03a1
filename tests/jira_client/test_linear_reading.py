"""Whatever a stranger answers is read in time that grows with its length, not with the square of it.

Eight times the text may take eight times the processor's time; a square would take sixty-four times. The
bound lies between, and both are measured alike, so that no speed of a machine matters.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest

from jira_client.answer_source import foreign_prompt, shows_jira
from jira_client.errors import JiraError
from jira_client.page import looks_like_login, page_text, page_title, plain
from jira_client.protocol import Request, read
from jira_client.redirects import redirected
from jira_client.refusal import refusal
from outgoing.wire import Headers, WireResponse

SMALL, TIMES, BOUND = 25_000, 8, 24
MYSELF = Request("GET", "/rest/api/2/myself")
SEEDS = (
    b"<title", b"<title>", b"<title a", b"<", b"<a", b"<script", b"<script>", b"</title", b"<!--", b"&#x",
    b"type=", b"name='", b"oauth_", b"oauth_problem", b"oauth_problem=", b"log in ", b"single sign",
    b"a<b>", b"\x00", b"&amp", b'<title>"', b"basic auth disabled ",
)  # fmt: skip
HEADERS = (
    'Basic realm="', "oauth_", 'oauth_a="', 'OAuth oauth_problem="', ",", "Basic ,", '"', "a=",
    "Negotiate,",
)  # fmt: skip


def answer(status: int, body: bytes, **headers: str) -> WireResponse:
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return WireResponse(status, Headers(pairs), body)


def reading(body: bytes) -> None:
    """Everything that reads a body, of a refusal and of what should have been an answer."""
    for status in (200, 400, 401, 403, 404, 500):
        response = answer(status, body)
        if status >= 400:
            refusal(response, writes=False)
        try:
            read(MYSELF, response)
        except JiraError as error:
            str(error)
    for look in (page_title, page_text, looks_like_login):
        look(body)
    plain(body.decode("latin-1"))


def pointing(text: str) -> None:
    redirected(answer(302, b"", Location=f"https://x.example/{text}"), MYSELF.path)


def challenged(text: str) -> None:
    response = answer(401, b"", WWW_Authenticate=text)
    shows_jira(response)
    foreign_prompt(response)
    refusal(response, writes=False)


def spent(work: Callable[[], object]) -> float:
    """Of the processor, in this thread, at the best of some runs."""
    best = float("inf")
    for _ in range(4):
        begun = time.thread_time()
        work()
        best = min(best, time.thread_time() - begun)
    return max(best, 1e-5)


def grows_as_its_length(work: Callable[[int], object]) -> bool:
    small = spent(lambda: work(SMALL))
    return spent(lambda: work(SMALL * TIMES)) <= small * BOUND


def of_length(seed: bytes, length: int) -> bytes:
    return (seed * (length // len(seed) + 1))[:length]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("start", [b"", b"<html>", b'{"message": "'], ids=["bare", "page", "json"])
def test_bodies(seed: bytes, start: bytes) -> None:
    end = b'"}' if start.startswith(b"{") else b""
    assert grows_as_its_length(lambda n: reading(start + of_length(seed, n) + end))


@pytest.mark.parametrize("seed", HEADERS)
def test_challenges(seed: str) -> None:
    assert grows_as_its_length(lambda n: challenged(of_length(seed.encode(), n).decode()))


@pytest.mark.parametrize("seed", ["login", "sso", "a/", "?x=", "&x", "%2F", "auth", "oauth"])
def test_places(seed: str) -> None:
    assert grows_as_its_length(lambda n: pointing(of_length(seed.encode(), n).decode()))


def test_the_bound_tells_a_square() -> None:
    """The pattern that once looked for a login page."""
    old = re.compile(rb"<title[^>]*>[^<]*(log ?in|sign ?in|single sign)", re.IGNORECASE)
    assert not grows_as_its_length(lambda n: old.search(of_length(b"<title", n // 10)))
