"""The guide's first way: from the list of connections to "who authorised", by OAuth."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from tests.browser import guide
from tests.browser.demonstration import Demo, Jira


def test_the_whole_guide_by_oauth(context: BrowserContext, demo: Demo, jira: Jira) -> None:
    console = context.new_page()
    name = guide.named(f"Guide {jira.flavour}")
    guide.connect_by_oauth(console, demo, name, jira.url)
    guide.heading(console, "Setup OAuth")
    guide.authorise(context, console, jira)
    guide.heading(console, name)
    expect(console.get_by_text(f"Acts in Jira as {jira.service.shown}.")).to_be_visible()

    console.get_by_role("button", name="Test connection").click()
    result = console.get_by_role("table").filter(has_text="Who am I")
    expect(result).to_contain_text(jira.service.shown)
