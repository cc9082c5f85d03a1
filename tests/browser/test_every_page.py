"""Every page: no axe violation in light and dark, no leak, no complaint, no overflow when narrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from tests.browser import guide, tour
from tests.browser.demonstration import Demo
from tests.browser.guide import Board

# Colours are all that the dark look changes.
RULES: dict[str, dict[str, Any]] = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}
AT_LEAST = 30  # kinds of pages; fewer means that the tour went astray
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
WIDEST = """[...document.querySelectorAll("main :not(svg *, .table-card *)")].filter((one) =>
    one.getBoundingClientRect().right > document.documentElement.clientWidth
).map((one) => one.parentElement.outerHTML.slice(0, 200)).slice(0, 3)"""
# What Jira and people name may be one word of any length: a delivery's id, a label, a project's name.
LONG_WORDS = """for (const one of document.querySelectorAll("main :is(code, dd, h1, p, td)"))
    if (!one.children.length) one.textContent = "W".repeat(80)"""


@pytest.fixture
def jira(demo: Demo) -> Any:
    return demo.jiras["cloud"]


@pytest.fixture
def starts(page: Page, demo: Demo, board: Board) -> list[str]:
    """Where links do not lead: the wizard's pages of a draft, and what a Jira admin gets to see."""
    draft = guide.named("Draft")
    guide.connect_by_oauth(page, demo, draft, demo.jiras["datacenter"].url)
    guide.heading(page, "Setup OAuth")
    admin_link = page.get_by_label("Link for your Jira admin", exact=True).input_value()
    new = f"{demo.url}/connections/new/jira/"
    found = [page.url, admin_link, new]
    found += [f"{new}?method={way}" for way in ("basic", "pat", "service", "oauth2")]
    guide.connect_by_oauth2(page, demo, guide.named("Draft"), demo.jiras["cloud"].url)
    guide.heading(page, "Setup OAuth 2.0")
    app_link = page.get_by_label("Link for your Jira admin", exact=True).input_value()
    return [*found, page.url, app_link]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_violates_accessibility(
    open_context: Callable[..., BrowserContext], demo: Demo, starts: list[str], theme: str
) -> None:
    context = open_context(reduced_motion="reduce")
    context.add_cookies([{"name": "theme", "value": theme, "url": demo.url}])
    page, found, seen = context.new_page(), list[str](), 0
    for kind in tour.visited(page, demo.url, *starts):
        seen += 1
        assert page.locator("html").get_attribute("data-bs-theme") == theme
        found += [f"{kind}: {one}" for one in violations(page, RULES[theme])]
    assert not found, "\n".join(found)
    assert seen >= AT_LEAST


def test_no_page_is_wider_than_a_phone(
    open_context: Callable[..., BrowserContext], demo: Demo, starts: list[str]
) -> None:
    page = open_context(viewport={"width": 390, "height": 844}).new_page()
    too_wide = []
    for kind in tour.visited(page, demo.url, *starts):
        for words in ("0", LONG_WORDS):
            page.evaluate(words)
            if page.evaluate(TOO_WIDE):
                too_wide.append(f"{kind}: {page.evaluate(WIDEST)}")
    assert not too_wide, "\n".join(too_wide)


def test_pages_before_the_sign_in(open_context: Callable[..., BrowserContext], demo: Demo) -> None:
    page = open_context(storage_state=None).new_page()
    for address in ("/", "/enter/spent/", "/nowhere/"):
        page.goto(demo.url + address)
        assert not violations(page), address


def violations(page: Page, rules: dict[str, Any] | None = None) -> list[str]:
    """Rule and first element of each, in one line."""
    answer = Axe().run(page, options=rules)
    return [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:160]}"
        for one in answer["violations"]
    ]


def test_a_violation_is_seen(page: Page) -> None:
    """What the tests above find in no page, they would find."""
    page.set_content('<main><h1>Ticket</h1><input><a href="/"></a></main>')
    assert {one.split()[0] for one in violations(page)} >= {"label", "link-name"}
    page.set_content('<html lang="en"><main style="background: #fff; color: #ccc">Pale</main>')
    assert [one.split()[0] for one in violations(page, RULES["dark"])] == ["color-contrast"]
