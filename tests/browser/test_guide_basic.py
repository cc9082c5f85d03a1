"""The guide's second way: "Switch to Basic Auth", on Cloud by API token, on Data Center by password."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import guide
from tests.browser.demonstration import Demo, Jira


def test_the_whole_guide_by_basic_auth(page: Page, demo: Demo, jira: Jira) -> None:
    name = guide.named(f"Basic {jira.flavour}")
    guide.connect_by_basic(page, demo, name, jira.url, jira.service)
    guide.heading(page, name)
    expect(page.get_by_text(f"This connection acts as {jira.service.shown}.")).to_be_visible()
    kind = "Jira Cloud" if jira.flavour == "cloud" else "Jira Data Center"
    expect(page.get_by_role("definition").filter(has_text=kind)).to_be_visible()

    page.get_by_role("navigation", name="Main").get_by_role("link", name="ALM Connections").click()
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=name))
    expect(row).to_contain_text(jira.service.shown)
    expect(row).to_contain_text(jira.url)


def test_the_way_back_to_oauth(page: Page, demo: Demo) -> None:
    guide.select_tool(page, demo)
    page.get_by_role("link", name="Switch to Basic Auth").click()
    expect(page.get_by_label("Username")).to_be_visible()
    page.get_by_role("link", name="Switch to OAuth").click()
    expect(page.get_by_label("Username")).to_have_count(0)
    expect(page.get_by_role("link", name="Switch to Basic Auth")).to_be_visible()


def test_the_unsigned_certificate_switch(page: Page, demo: Demo) -> None:
    """The guide's last section: "Advanced Settings" on "#1 Connection" opens the TLS check box."""
    guide.select_tool(page, demo)
    verify = page.get_by_label("Verify TLS / SSL certificates")
    expect(verify).to_be_hidden()
    page.get_by_label("Advanced Settings").check()
    expect(verify).to_be_visible()
    expect(verify).to_be_checked()
