""" "Advanced Settings" → "Proxy": a Jira whose name only the proxy knows, set up from the form alone."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import guide
from tests.browser.demonstration import Demo, OwnJira
from tests.outgoing.proxies import proxying

NAME = "jira.behind-the-proxy.invalid"


def test_from_an_unknown_name_to_a_connection(
    page: Page, demo: Demo, own_jira: Callable[..., OwnJira]
) -> None:
    jira, _handle = own_jira("datacenter", tls=True)
    far = jira.url.replace("127.0.0.1", NAME)
    with proxying() as proxy:
        proxy.names[NAME] = "127.0.0.1"
        guide.connect_by_basic(page, demo, guide.named("Behind"), far, jira.service)
        expect(page.get_by_role("alert").first).to_contain_text("has no address")
        page.get_by_label("Advanced Settings").check()
        field = page.get_by_label(re.compile(r"^Proxy"))
        field.fill("socks5://127.0.0.1:1080")
        page.get_by_role("button", name="Look at this Jira").click()
        guide.password(page).fill(jira.service.secret)
        page.get_by_role("button", name="Connect to Jira").click()
        expect(page.locator("#id_proxy_url_error")).to_contain_text("must begin with http://")
        field.fill(proxy.url)
        page.get_by_role("button", name="Look at this Jira").click()
        page.get_by_role("button", name="Trust exactly this certificate").click()
        expect(page.get_by_role("row", name="Reachable")).to_contain_text("The proxy leads there.")
        page.get_by_label("Username").fill(jira.service.basic_name)
        guide.password(page).fill(jira.service.secret)
        page.get_by_role("button", name="Connect to Jira").click()
        acting = page.get_by_text(f"This connection acts as {jira.service.shown}.")
        expect(acting).to_be_visible()
        expect(page.get_by_text(proxy.url)).to_be_visible()
    page.get_by_role("button", name="Test connection").click()
    found = page.get_by_role("row", name="Fail Reachable")
    expect(found).to_contain_text("The proxy that this connection goes through does not answer.")
