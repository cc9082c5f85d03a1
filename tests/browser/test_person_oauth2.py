"""With OAuth 2.0, as a person would: an app made in Jira, allowed, renewed, taken back, allowed again."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import guide, sandbox
from tests.browser.demonstration import Demo, Jira
from tests.browser.test_board_to_jira import created, seen_in_jira

APPS = "/plugins/servlet/applinks/external"


def make_app(tab: Page, jira: Jira, console: Page) -> tuple[str, str]:
    """What “Setup OAuth 2.0” says, as Jira's admin. Client ID and client secret."""
    sandbox.log_in(tab, jira, jira.admin)
    tab.get_by_role("link", name="Settings").click()
    if jira.flavour == "cloud":
        tab.get_by_role("link", name="Apps of OAuth 2.0").click()
        tab.get_by_label("Callback URL").fill(guide.copied(console, "Callback URL"))
        tab.get_by_label("Scopes").fill(guide.copied(console, "Scopes"))
    else:
        tab.get_by_role("link", name="Application links").click()
        tab.get_by_role("link", name="Create link").click()
        tab.get_by_label("External application").check()
        tab.get_by_role("button", name="Continue").click()
        tab.get_by_label("Redirect URL").fill(guide.copied(console, "Redirect URL"))
        tab.get_by_label("Permission").select_option("Write")
    tab.get_by_label("Name", exact=True).fill("ALM Connect")
    tab.get_by_role("button", name="Save").click()
    made = tab.locator("#client-id").inner_text(), tab.locator("#client-secret").inner_text()
    sandbox.log_out(tab)
    return made


def allow(page: Page, jira: Jira) -> None:
    """Jira asks who is there, then what the app may do."""
    page.get_by_role("link", name="Allow access in Jira").click()
    if page.get_by_label("Username").count():
        sandbox.fill_login(page, jira.service)
    page.get_by_role("button", name="Allow").click()


@pytest.mark.parametrize("flavour", ["cloud", "datacenter"])
def test_allowed_renewed_taken_back_and_allowed_again(page: Page, demo: Demo, flavour: str) -> None:
    jira, name = demo.jiras[flavour], guide.named("Person")
    guide.connect_by_oauth2(page, demo, name, jira.url)
    guide.heading(page, "Setup OAuth 2.0")
    context: BrowserContext = page.context
    tab = context.new_page()
    client_id, secret = make_app(tab, jira, page)

    page.get_by_label("Client ID").fill(secret)
    page.get_by_label("Client secret").fill(secret)
    page.get_by_role("button", name="Go on").click()
    wrong = "This is the client secret; the client ID belongs here."
    expect(page.get_by_text(wrong).first).to_be_visible()
    assert secret not in page.content()
    page.get_by_label("Client ID").fill(client_id)
    page.get_by_label("Client secret").fill(secret)
    page.get_by_role("button", name="Go on").click()
    assert secret not in page.content()

    page.get_by_role("link", name="Allow access in Jira").click()
    sandbox.fill_login(page, jira.service)
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_text("Access was denied in Jira. Nothing was changed.")).to_be_visible()
    allow(page, jira)
    guide.heading(page, name)
    expect(page.get_by_text("ALM Service authorised this connection")).to_be_visible()
    expect(page.get_by_text("OAuth 2.0", exact=True)).to_be_visible()
    address = page.url

    guide.open_tab(page, "#2 Projects")
    board = guide.Board("OTTER", guide.named("Team"), guide.named("PI"))
    guide.map_project(page, board.key, team=board.team, pi=board.pi)
    guide.imported(page, board.key)
    page.get_by_role("link", name=board.key, exact=True).first.click()
    expect(page.get_by_role("button", name="Compare now")).to_be_visible()
    project = page.url

    sandbox.log_in(tab, jira, jira.service)
    guide.open_board(page, board.pi)
    summary = guide.named("By a person")
    key = created(page, board, summary)
    seen_in_jira(tab, jira, key, summary)
    # No webhook tells of it, which such an app cannot register.
    sandbox.open_issue(tab, jira, key)
    tab.get_by_label("Summary").fill(f"{summary}, from Jira")
    tab.get_by_role("button", name="Update").click()
    page.goto(project)
    page.get_by_role("button", name="Compare now").click()
    guide.open_board(page, board.pi)
    came = guide.card(page, board.team, f"{summary}, from Jira")
    expect(came).to_be_visible(timeout=60_000)

    sandbox.log_in(tab, jira, jira.admin)
    tab.goto(jira.url + APPS)
    tab.get_by_role("button", name="End all access tokens now").click()
    page.goto(address)
    page.get_by_role("button", name="Test connection").click()
    checks = page.get_by_role("table").filter(has_text="Who am I")
    expect(checks.get_by_role("row").filter(has_text="Who am I")).to_contain_text("ALM Service")

    tab.goto(jira.url + APPS)
    tab.get_by_role("button", name="Revoke").first.click()
    tab.get_by_role("button", name="End all access tokens now").click()
    sandbox.log_out(tab)
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("Jira does not renew the access any more").first).to_be_visible()
    page.goto(f"{address}reauthenticate/")
    guide.heading(page, "Setup OAuth 2.0")
    page.get_by_role("button", name="Go on").click()
    allow(page, jira)
    guide.heading(page, name)
    expect(page.get_by_text("ALM Service authorised this connection")).to_be_visible()
    page.get_by_role("button", name="Test connection").click()
    expect(checks.get_by_role("row").filter(has_text="Who am I")).to_contain_text("ALM Service")
