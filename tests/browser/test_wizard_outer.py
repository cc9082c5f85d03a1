"""Behind what a company puts before its Jira: a forward proxy with a login, mutual TLS, an access proxy.
A person meets one after the other and is told each time what to enter where."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from jira_sandbox.forward_proxy import PASSWORD, USERNAME
from tests.browser import guide
from tests.browser.demonstration import Demo, OwnJira

HEADER = ("X-Access-Token", "open-sesame")


def test_each_door_is_named_and_opened(
    page: Page, demo: Demo, own_jira: Callable[..., OwnJira]
) -> None:
    jira, handle = own_jira("datacenter", tls=True, proxy=True)
    shown = handle.site.parts["certificates"]
    shown.show("unknown_ca")
    shown.asks_clients = True
    handle.site.parts["faults"].switch("access_proxy", " ".join(HEADER))
    certificate, mark, key = shown.client.partition("-----BEGIN PRIVATE KEY-----")

    name = guide.named("Guarded")
    guide.select_tool(page, demo)
    page.get_by_role("link", name="Switch to Basic Auth").click()
    page.get_by_label("Connection Name").fill(name)
    page.get_by_label("Instance URL").fill(jira.url)
    page.get_by_label("Username").fill(jira.service.basic_name)
    page.get_by_label("Advanced Settings").check()
    page.get_by_label("CA bundle").fill(shown.authority)
    page.get_by_label(re.compile(r"^Proxy")).fill(handle.proxy_url)

    def connect() -> None:
        guide.password(page).fill(jira.service.secret)
        page.get_by_role("button", name="Connect to Jira").click()

    connect()
    expect(page.get_by_text("The proxy asks for a user name and password").first).to_be_visible()
    page.get_by_label("User name at the proxy").fill(USERNAME)
    page.get_by_label("Password at the proxy").fill(PASSWORD)
    connect()
    expect(page.get_by_text("wants a client certificate, and this").first).to_be_visible()
    assert PASSWORD not in page.content()
    page.get_by_label(re.compile(r"^Client certificate")).fill(certificate)
    page.get_by_label("Private key of the client certificate").fill(mark + key)
    connect()
    expect(page.get_by_text("sends the console to a login page").first).to_be_visible()
    assert key.splitlines()[2] not in page.content()
    page.get_by_label("Extra headers").fill(": ".join(HEADER))
    connect()
    guide.heading(page, name)
    expect(page.get_by_text("This connection acts as ALM Service.")).to_be_visible()
    expect(page.get_by_text(f"(signed in to as {USERNAME})")).to_be_visible()
    page.get_by_role("button", name="Test connection").click()
    for row in ("Login at the proxy", "Client certificate", "Extra headers"):
        expect(page.get_by_role("row").filter(has_text=row)).to_be_visible()
    assert HEADER[1] not in page.content()
    guide.open_tab(page, "#2 Projects")
    guide.map_project(page, "FALCON", team=guide.named("Team"), pi=guide.named("PI"))
    guide.imported(page, "FALCON")
