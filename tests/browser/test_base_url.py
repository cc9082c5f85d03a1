"""A wrong base URL, to the end: the page names the difference, the admin mends it, it turns green."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import guide, sandbox
from tests.browser.demonstration import Demo, Jira, OwnJira


@pytest.fixture(params=["cloud", "datacenter"])
def jira(request: pytest.FixtureRequest, own_jira: Callable[..., OwnJira]) -> Jira:
    """One whose base URL this test may change."""
    context = "" if request.param == "cloud" else "/jira"
    return own_jira(request.param, context=context)[0]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_from_the_difference_to_a_working_connection(
    open_context: Callable[..., BrowserContext],
    context: BrowserContext,
    demo: Demo,
    jira: Jira,
    scripts: bool,
) -> None:
    page = (context if scripts else open_context(java_script_enabled=False)).new_page()
    wrong = jira.url.replace("127.0.0.1", "localhost")
    tab = context.new_page()
    sandbox.log_in(tab, jira, jira.admin)
    sandbox.set_base_url(tab, jira, wrong)

    guide.connect_by_oauth(page, demo, guide.named("Base URL"), jira.url)
    guide.heading(page, "Setup OAuth")
    difference = "host: you entered “127.0.0.1”, Jira says “localhost”"
    expect(page.get_by_role("alert").filter(has_text=difference)).to_be_visible()
    expect(page.get_by_text(wrong)).to_be_visible()

    sandbox.set_base_url(tab, jira, jira.url)
    link_from(page, tab, jira)
    sandbox.set_base_url(tab, jira, wrong)
    refused = guide.authenticate(page.context, page)
    guide.heading(refused, "Jira did not open the authorisation")
    words = guide.told(refused)
    assert "localhost" in words, words
    assert "127.0.0.1" in words, words

    refused.get_by_role("button", name="Check again").click()
    expect(refused.get_by_role("group", name="What happened").first).to_contain_text("localhost")
    sandbox.set_base_url(tab, jira, jira.url)
    refused.get_by_role("button", name="Check again").click()
    expect(refused.get_by_role("status").filter(has_text="opens the authorisation")).to_be_visible()
    expect(refused.get_by_text(f"Base URL is the Instance URL: {jira.url}")).to_be_visible()
    refused.get_by_role("link", name="Authenticate").click()
    if page.context is context:
        sandbox.log_out(tab)
        refused.reload()
    guide.allow(refused, jira.service)

    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text(wrong)).to_have_count(0)
    page.get_by_role("button", name="Check & Close").click()
    expect(page.get_by_text(f"{jira.service.shown} authorised this connection")).to_be_visible()


def link_from(console: Page, tab: Page, jira: Jira) -> None:
    """The application link, typed off the page, since without scripts nothing is copied."""
    tab.goto(jira.url)
    sandbox.create_application_link(
        tab,
        jira,
        application_url=console.get_by_label("Application URL", exact=True).input_value(),
        consumer_key=console.get_by_label("Consumer Key", exact=True).input_value(),
        public_key=console.get_by_label("Public Key", exact=True).input_value(),
    )
