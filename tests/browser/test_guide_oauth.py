"""The guide's first way: from the list of connections to "who authorised", by OAuth."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import guide, sandbox
from tests.browser.demonstration import Demo, Jira


def test_the_whole_guide_by_oauth(context: BrowserContext, demo: Demo, jira: Jira) -> None:
    console, tab = context.new_page(), context.new_page()
    name = guide.named(f"Guide {jira.flavour}")
    guide.connect_by_oauth(console, demo, name, jira.url)
    guide.heading(console, "Setup OAuth")
    sandbox.log_in(tab, jira, jira.admin)
    sandbox.create_application_link(
        tab,
        jira,
        application_url=guide.copied(console, "Application URL"),
        consumer_key=guide.copied(console, "Consumer Key"),
        public_key=guide.copied(console, "Public Key"),
    )
    tab.get_by_role("button", name="Log out").click()

    opened = authenticate(context, console)
    sandbox.fill_login(opened, jira.service)
    expect(opened.get_by_text(f"as {jira.service.shown}")).to_be_visible()
    opened.get_by_role("button", name="Allow").click()
    guide.heading(opened, "Access was allowed in Jira")
    opened.close()

    console.get_by_role("button", name="Check & Close").click()
    guide.heading(console, name)
    expect(console.get_by_text(f"{jira.service.shown} authorised this connection")).to_be_visible()
    expect(console.get_by_text(f"Acts in Jira as {jira.service.shown}.")).to_be_visible()

    console.get_by_role("button", name="Test connection").click()
    result = console.get_by_role("table").filter(has_text="Who am I")
    expect(result).to_contain_text(jira.service.shown)


def authenticate(context: BrowserContext, console: Page) -> Page:
    """The new tab that "Authenticate" opens."""
    with context.expect_page() as opening:
        console.get_by_role("link", name="Authenticate").click()
    return opening.value
