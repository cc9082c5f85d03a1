"""Single sign-on in a real browser, with and without scripts: to the provider and back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.accounts import openid
from tests.accounts.openid import Provider
from tests.browser import own_console
from tests.browser.test_every_page import violations
from tests.browser.watching import Watch

Both = tuple[str, Provider]


@pytest.fixture(scope="module")
def both(chromium_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """A console and its provider."""
    with openid.running() as provider:
        variables = {
            "ALMCONNECT_OIDC_ISSUER": provider.issuer,
            "ALMCONNECT_OIDC_CLIENT_ID": openid.CLIENT,
            "ALMCONNECT_OIDC_CLIENT_SECRET": openid.SECRET,
            "ALMCONNECT_OIDC_NAME": "Work ID",
        }
        folder = tmp_path_factory.mktemp("sign-on")
        with own_console.started(folder, **variables) as console:
            yield console, provider


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_there_and_back(browser: Browser, both: Both, scripts: bool) -> None:
    console, provider = both
    provider.person = {"sub": f"u-{scripts}", "preferred_username": "bea", "name": "Bea Berg"}
    context = browser.new_context(locale="en-GB", java_script_enabled=scripts)
    watch, page = Watch(context, console), context.new_page()
    page.goto(f"{console}/tokens/")
    if scripts:
        assert not violations(page)
    page.get_by_role("button", name="Sign in with Work ID").click()
    expect(page.get_by_role("heading", name="API tokens")).to_be_visible()
    page.goto(f"{console}/profile/")
    expect(page.get_by_text("Work ID")).to_be_visible()
    context.close()
    watch.judge()


def test_a_provider_that_lies(browser: Browser, both: Both) -> None:
    console, provider = both
    provider.lies = {"signature"}
    context = browser.new_context(locale="en-GB")
    watch, page = Watch(context, console), context.new_page()
    page.goto(console)
    page.get_by_role("button", name="Sign in with Work ID").click()
    expect(page.get_by_role("heading", name="Work ID did not sign you in")).to_be_visible()
    assert not violations(page)
    page.get_by_role("link", name="To the sign-in page").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    provider.lies = set()
    context.close()
    watch.judge()
