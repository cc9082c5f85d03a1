"""A browser, the demo, and an admin who is signed in. One demo serves every test of this folder.

The browser ends with each file: Playwright holds an event loop while it runs, in which Django
refuses to use the database, and another file's tests may come next in the same process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from tests import environment
from tests.browser import chromium, demonstration, guide, sandbox
from tests.browser.demonstration import Demo, Jira, OwnJira
from tests.browser.guide import Board
from tests.browser.watching import Watch

PATIENCE = 15_000  # ms; two cores may be busy with other tests


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def chromium_here() -> None:
    if chromium.program() is None:
        words = "no chromium on this machine (Debian: apt-get install chromium)"
        if environment.REQUIRED:
            pytest.fail(words)
        pytest.skip(words)


@pytest.fixture(scope="package")
def demo(chromium_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demonstration.started(tmp_path_factory.mktemp("demo")) as one:
        yield one


@pytest.fixture(scope="module")
def browser(chromium_here: None) -> Iterator[Browser]:
    with chromium.started() as one:
        yield one


@pytest.fixture(scope="package")
def kept_sign_in() -> dict[str, StorageState]:
    """The cookies of the one sign-in by the demo's link, which works once."""
    return {}


@pytest.fixture
def open_context(
    demo: Demo, browser: Browser, kept_sign_in: dict[str, StorageState]
) -> Iterator[Callable[..., BrowserContext]]:
    """`open_context(**options)`: a browser of its own, signed in to the console as its admin.

    At the end of the test every one of them must be free of leaks and complaints.
    """
    opened: list[tuple[BrowserContext, Watch]] = []

    def make(**options: object) -> BrowserContext:
        if not kept_sign_in:
            kept_sign_in["admin"] = _sign_in(browser, demo)
        state = {"storage_state": kept_sign_in["admin"]}
        context = browser.new_context(**{"locale": "en-GB", **state, **options})
        context.set_default_timeout(PATIENCE)
        opened.append((context, Watch(context, demo.url)))
        return context

    expect.set_options(timeout=PATIENCE)
    yield make
    for context, _watch in opened:
        context.close()
    for _context, watch in opened:
        watch.judge()


def _sign_in(browser: Browser, demo: Demo) -> StorageState:
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(demo.login_url)
        expect(page.get_by_role("navigation", name="Main")).to_be_visible()
        return context.storage_state()
    finally:
        context.close()


@pytest.fixture
def context(open_context: Callable[..., BrowserContext]) -> BrowserContext:
    return open_context()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab of the signed-in admin."""
    return context.new_page()


@pytest.fixture(params=["cloud", "datacenter"])
def jira(request: pytest.FixtureRequest, demo: Demo) -> Jira:
    return demo.jiras[request.param]


@pytest.fixture
def own_jira(
    open_context: Callable[..., BrowserContext], demo: Demo
) -> Iterator[Callable[..., OwnJira]]:
    """`own_jira("cloud", tls=True)`: a sandbox for one test alone, which it may spoil, and its handle.

    Connections to it are deleted at the end: other tests look at every page of the demo.
    """
    with ExitStack() as stack:
        made: list[Jira] = []

        def make(flavour: str, **options: Any) -> OwnJira:
            found = stack.enter_context(demonstration.own_jira(flavour, **options))
            made.append(found[0])
            return found

        yield make
        page = open_context().new_page()
        # A page that asks by itself how its connection stands would be told that it is gone.
        contexts = page.context.browser.contexts if page.context.browser else []
        for left in [one for context in contexts for one in context.pages if one is not page]:
            left.goto("about:blank")
        for jira in made:
            guide.forget_connections(page, demo, jira)


@pytest.fixture(scope="package")
def boards() -> dict[str, Board]:
    """By flavour, the board that the first test in need of it connected and mapped."""
    return {}


@pytest.fixture
def board(page: Page, demo: Demo, jira: Jira, boards: dict[str, Board]) -> Board:
    """FALCON of this Jira, mapped and imported; `page` shows its PI on the board."""
    if jira.flavour not in boards:
        one = Board("FALCON", guide.named("Falcons"), guide.named("PI"))
        guide.connected(page, demo, jira, guide.named(f"Board {jira.flavour}"))
        guide.map_project(page, one.key, team=one.team, pi=one.pi)
        guide.imported(page, one.key)
        boards[jira.flavour] = one
    page.goto(demo.url)
    guide.open_board(page, boards[jira.flavour].pi)
    return boards[jira.flavour]


@pytest.fixture
def tab(context: BrowserContext, jira: Jira) -> Page:
    """A second tab, in which Ada, Jira's admin, works in Jira's own pages."""
    one = context.new_page()
    sandbox.log_in(one, jira, jira.admin)
    return one
