""" "Re-authenticate" as another account: both side by side first, then taken or kept."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import guide, sandbox
from tests.browser.demonstration import Account, Demo, Jira


def offered(page: Page, account: Account) -> None:
    """Re-authenticate by user name and password, up to the comparison."""
    page.get_by_role("link", name="Re-authenticate").click()
    page.get_by_label("Username").fill(account.basic_name)
    page.get_by_label("Password").fill(account.secret)
    page.get_by_role("button", name="Re-authenticate").click()


def compared(page: Page, jira: Jira) -> None:
    """Who it is against who it was, and what each may do in the mapped project; nothing changed yet."""
    was, now = jira.service.shown, jira.admin.shown
    guide.heading(page, f"{now} authorised; until now it was {was}")
    expect(page.get_by_text("Nothing has changed yet.")).to_be_visible()
    table = page.get_by_role("table", name=re.compile("^FALCON"))
    expect(table.get_by_role("columnheader", name=was)).to_be_visible()
    expect(table.get_by_role("columnheader", name=now)).to_be_visible()
    cells = table.get_by_role("row").filter(has_text="Schedule Issues").get_by_role("cell")
    expect(cells).to_have_text([re.compile("Held"), re.compile("Missing|Held")])


@pytest.fixture
def mapped(page: Page, demo: Demo, jira: Jira) -> str:
    """The address of a connection that acts as the service user, with FALCON mapped."""
    address = guide.connected(page, demo, jira, guide.named(f"Again {jira.flavour}"))
    guide.map_project(page, "FALCON", team=guide.named("Team"), pi=guide.named("PI"))
    guide.imported(page, "FALCON")
    page.goto(address)
    return address


def test_the_other_account_is_taken(page: Page, jira: Jira, mapped: str) -> None:
    offered(page, jira.admin)
    compared(page, jira)
    page.goto(mapped)
    expect(page.get_by_text(f"Acts in Jira as {jira.service.shown}.")).to_be_visible()
    page.get_by_role("link", name="Decide").click()
    page.get_by_role("button", name=f"Act as {jira.admin.shown} from now on").click()
    expect(page.get_by_text(f"This connection now acts as {jira.admin.shown}.")).to_be_visible()
    expect(page.get_by_text(f"Acts in Jira as {jira.admin.shown}.")).to_be_visible()
    guide.open_tab(page, "#2 Projects")
    expect(page.get_by_role("link", name="FALCON", exact=True)).to_be_visible()


def test_the_old_account_is_kept(page: Page, jira: Jira, mapped: str) -> None:
    offered(page, jira.admin)
    compared(page, jira)
    page.get_by_role("button", name=f"Keep {jira.service.shown}").click()
    expect(page.get_by_text(f"{jira.service.shown} stays the account.")).to_be_visible()
    expect(page.get_by_text(f"Acts in Jira as {jira.service.shown}.")).to_be_visible()
    expect(page.get_by_role("link", name="Decide")).to_have_count(0)


def test_by_the_dance(context: BrowserContext, page: Page, demo: Demo, jira: Jira) -> None:
    guide.connect_by_oauth(page, demo, guide.named(f"Dance {jira.flavour}"), jira.url)
    guide.authorise(context, page, jira)
    page.get_by_role("link", name="Re-authenticate").click()
    tab = context.new_page()
    sandbox.log_in(tab, jira, jira.admin)
    consent = guide.authenticate(context, page)
    expect(consent.get_by_text(f"as {jira.admin.shown}")).to_be_visible()
    consent.get_by_role("button", name="Allow").click()
    guide.heading(consent, "Access was allowed in Jira")
    page.get_by_role("button", name="Check & Close").click()
    guide.heading(page, f"{jira.admin.shown} authorised; until now it was {jira.service.shown}")
    page.get_by_role("button", name=f"Act as {jira.admin.shown} from now on").click()
    expect(page.get_by_text(f"Acts in Jira as {jira.admin.shown}.")).to_be_visible()
