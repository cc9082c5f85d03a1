"""A connection after its setup: paused and resumed, edited, deleted with what goes."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import guide
from tests.browser.demonstration import Demo, Jira, OwnJira


def test_paused_and_resumed(page: Page, demo: Demo, jira: Jira) -> None:
    guide.connected(page, demo, jira, guide.named(f"Pausing {jira.flavour}"))
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Paused")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("OK")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_a_new_name_needs_no_password(page: Page, demo: Demo, jira: Jira) -> None:
    guide.connected(page, demo, jira, guide.named(f"Old name {jira.flavour}"))
    page.get_by_role("link", name="Change settings").click()
    name = guide.named("New name")
    page.get_by_label("Connection Name").fill(name)
    page.get_by_role("button", name="Connect to Jira").click()
    guide.heading(page, name)
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("row", name="Who am I")).to_contain_text(jira.service.shown)


def test_an_address_where_nothing_answers_changes_nothing(page: Page, demo: Demo) -> None:
    jira = demo.jiras["datacenter"]
    address = guide.connected(page, demo, jira, guide.named("Moved"))
    page.get_by_role("link", name="Change settings").click()
    page.get_by_label("Instance URL").fill("http://127.0.0.1:9")
    guide.password(page).fill(jira.service.secret)
    page.get_by_role("button", name="Connect to Jira").click()
    assert "Nothing answers" in guide.told(page)
    page.goto(address)
    expect(page.get_by_role("link", name=jira.url, exact=True)).to_be_visible()
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("row", name="Who am I")).to_contain_text(jira.service.shown)


def test_deleting_says_what_goes_and_takes_the_webhook_along(
    page: Page, demo: Demo, own_jira: Callable[..., OwnJira]
) -> None:
    jira, handle = own_jira("datacenter", service_admin=True)
    name = guide.named("Deleted")
    address = guide.connected(page, demo, jira, name)
    guide.map_project(page, "FALCON", team=guide.named("Team"), pi=guide.named("PI"))
    guide.imported(page, "FALCON")
    page.goto(f"{address}webhook/")
    guide.heading(page, "Jira tells us of changes at once")
    hooks = handle.site.parts["webhooks"].known
    assert len(hooks) == 1
    page.goto(address)
    page.get_by_role("link", name="Delete this connection").click()
    guide.heading(page, f"Delete “{name}”?")
    goes = page.get_by_role("main")
    expect(goes).to_contain_text(re.compile(r"mapped projects\s*1"))
    expect(goes).to_contain_text("stored credentials")
    expect(page.get_by_label("Remove its webhook in Jira, too")).to_be_checked()
    page.get_by_role("button", name="Delete this connection").click()
    expect(page.get_by_text(f"“{name}” was deleted.")).to_be_visible()
    assert not handle.site.parts["webhooks"].known
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).not_to_contain_text(name)
    page.goto(f"{demo.url}/audit/")
    expect(page.get_by_role("row").filter(has_text="connection.deleted").first).to_be_visible()
