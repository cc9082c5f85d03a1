"""A second way in, in the browser: next year's token waits, the first ends in Jira, and work goes on."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from jira_sandbox.rest.tokens import make
from tests.browser import guide
from tests.browser.demonstration import Demo, OwnJira


def test_it_waits_and_takes_over_without_anybody(
    page: Page, demo: Demo, own_jira: Callable[..., OwnJira]
) -> None:
    jira, handle = own_jira("datacenter")
    user = handle.site.users["svc-alm"]
    name = guide.named("Renewed")
    guide.connect_by_basic(page, demo, name, jira.url, jira.service)
    guide.heading(page, name)
    page.get_by_role("link", name="Renew").click()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()

    page.get_by_label("Personal Access Token", exact=True).check()
    secret = page.get_by_label("Token, password or client secret")
    secret.fill("no such token")
    page.get_by_role("button", name="Prove it and let it wait").click()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    assert "no such token" not in page.content()
    spare = make(handle.site, user, "next year's", 90)
    secret.fill(spare.secret)
    page.get_by_role("button", name="Prove it and let it wait").click()
    expect(page.get_by_text("ALM Service is proven and waits.")).to_be_visible()
    assert spare.secret not in page.content()

    user.password = "changed in Jira"
    page.get_by_role("link", name="#1 Connection").click()
    page.get_by_role("button", name="Test connection").click()
    row = page.get_by_role("row").filter(has_text="Authentication")
    expect(row).to_contain_text("Personal Access Token")
    expect(page.get_by_text("waiting")).to_have_count(0)
    guide.open_tab(page, "#2 Projects")
    guide.map_project(page, "FALCON", team=guide.named("Team"), pi=guide.named("PI"))
    guide.imported(page, "FALCON")
