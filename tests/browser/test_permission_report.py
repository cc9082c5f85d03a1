"""The permission report: what the account may do, and what changed since the report before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import guide, sandbox
from tests.browser.demonstration import Demo, Jira

PROJECT, PERMISSION = "HERON", "Schedule Issues"


@pytest.fixture
def jira_admin(context: BrowserContext, jira: Jira) -> Iterator[Page]:
    """A tab in which Jira's admin is logged in; the grant is given back at the end."""
    tab = context.new_page()
    sandbox.log_in(tab, jira, jira.admin)
    yield tab
    sandbox.set_grant(tab, jira, PROJECT, PERMISSION, jira.service.shown, on=True)


def test_a_revoked_grant_is_seen(page: Page, jira_admin: Page, demo: Demo, jira: Jira) -> None:
    guide.connected(page, demo, jira, guide.named(f"Report {jira.flavour}"))
    guide.open_tab(page, "#3 Permissions")
    page.get_by_role("link", name="Choose projects").click()
    page.get_by_label(PROJECT).check()
    page.get_by_role("button", name="Check permissions", exact=True).click()
    guide.heading(page, "Every required permission is held")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=PROJECT))
    expect(row.get_by_text("Missing")).to_have_count(0)

    sandbox.set_grant(jira_admin, jira, PROJECT, PERMISSION, jira.service.shown, on=False)
    page.get_by_role("button", name="Run again").click()
    guide.heading(page, "1 required permission missing in 1 project")
    expect(page.get_by_text(f"Lost {PERMISSION} on {PROJECT}")).to_be_visible()
    asked = page.get_by_label("Text for your Jira admin", exact=True).input_value()
    assert PERMISSION in asked
    assert PROJECT in asked
    page.get_by_role("link", name="By what the board will do").click()
    expect(row.get_by_text("Missing").first).to_be_visible()

    sandbox.set_grant(jira_admin, jira, PROJECT, PERMISSION, jira.service.shown, on=True)
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_text(f"Gained {PERMISSION} on {PROJECT}")).to_be_visible()
