"""No page carries inline script or style, and every page forbids them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.routes import Page, pages

INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:|\shx-on[:\w-]*=|\shx-vals=.js:",
    re.IGNORECASE,
)
PLAIN = [page for page in pages() if "<" not in page.route]
OTHERS = ["/nothing-here/", "/setup/guessed/"]


def inline(words: str) -> list[str]:
    return [words[found.start() : found.start() + 80] for found in INLINE.finditer(words)]


def test_the_net_catches_what_it_should() -> None:
    for bad in (
        "<script>x</script>",
        '<p style="x">',
        '<a onclick="x">',
        '<a href="javascript:x">',
    ):
        assert inline(bad), bad
    assert not inline('<script defer src="/static/x.js"></script><p class="on" data-on="x">')


@pytest.mark.parametrize("page", PLAIN, ids=str)
def test_a_page_has_nothing_inline(
    page: Page, admin: User, client_of: Callable[..., Client]
) -> None:
    answer = client_of(admin).get(page.address, follow=True)
    if answer.get("Content-Type", "").startswith("text/html") and answer.content:
        assert not inline(answer.content.decode())
        check_policy(answer["Content-Security-Policy"])


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*OTHERS, "/account/login/"])
def test_pages_for_anyone_have_nothing_inline(path: str, client: Client) -> None:
    answer = client.get(path)
    assert not inline(answer.content.decode())
    check_policy(answer["Content-Security-Policy"])
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


def check_policy(policy: str) -> None:
    rules = {name: set(values) for name, *values in (rule.split() for rule in policy.split(";"))}
    assert rules["default-src"] == {"'none'"}
    for name in ("script-src", "style-src", "connect-src", "form-action"):
        assert rules[name] == {"'self'"}, name
    assert rules["frame-ancestors"] == rules["base-uri"] == {"'none'"}
