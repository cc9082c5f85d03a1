"""What a Jira is stands on the page before any credential is typed, with scripts and without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import guide
from tests.browser.demonstration import Demo, Jira

KINDS = {"cloud": "Jira Cloud", "datacenter": "Jira Data Center 10"}


@pytest.mark.parametrize("way", ["Switch to Basic Auth", "Use a Personal Access Token"])
def test_typing_the_address_is_enough(page: Page, demo: Demo, jira: Jira, way: str) -> None:
    guide.select_tool(page, demo)
    page.get_by_role("link", name=way).click()
    page.get_by_label("Connection Name").fill("Railways")
    page.get_by_label("Instance URL").fill(f"{jira.url}/browse/ABC-1")
    page.get_by_label("Connection Name").click()
    facts = page.get_by_role("region", name="What this Jira is")
    expect(facts.get_by_role("row", name="Deployment and version")).to_contain_text(
        KINDS[jira.flavour]
    )
    expect(facts.get_by_role("row", name="Clocks agree")).to_contain_text("differ by")
    expect(facts).to_contain_text("without Jira's user name, password or token")
    refused = facts.get_by_role("alert").filter(has_text="takes no Personal Access Token")
    expect(refused).to_have_count(int(jira.flavour == "cloud" and "Token" in way))
    page.get_by_role("link", name="Switch to OAuth").click()
    expect(page.get_by_label("Connection Name")).to_have_value("Railways")
    expect(page.get_by_label("Instance URL")).to_have_value(f"{jira.url}/browse/ABC-1")


@pytest.mark.parametrize("width", [1280, 390])
def test_what_it_finds_moves_nothing_that_is_pressed(page: Page, demo: Demo, width: int) -> None:
    """Leaving the address by a press of a button asks, and the answer may come before the button is up."""
    guide.select_tool(page, demo)
    page.set_viewport_size({"width": width, "height": 800})
    page.get_by_label("Instance URL").fill(demo.jiras["datacenter"].url)
    connect = page.get_by_role("button", name="Connect to Jira")
    place = "one => one.getBoundingClientRect().top + window.scrollY"
    before = connect.evaluate(place)
    page.get_by_label("Connection Name").click()
    expect(page.get_by_role("region", name="What this Jira is")).to_be_visible()
    assert connect.evaluate(place) == before


def test_without_scripts_a_button_asks(
    open_context: Callable[..., BrowserContext], demo: Demo, jira: Jira
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    guide.select_tool(page, demo)
    page.get_by_role("link", name="Switch to Basic Auth").click()
    page.get_by_label("Instance URL").fill(jira.url)
    page.get_by_role("button", name="Look at this Jira").click()
    facts = page.get_by_role("region", name="What this Jira is")
    expect(facts).to_contain_text(KINDS[jira.flavour])
    expect(page.get_by_text("Please look at this again")).to_have_count(0)
    page.get_by_label("Connection Name").fill(guide.named("Looked"))
    page.get_by_label("Username").fill(jira.service.basic_name)
    guide.password(page).fill(jira.service.secret)
    guide.password(page).press("Enter")
    expect(page.get_by_text(f"This connection acts as {jira.service.shown}.")).to_be_visible()
