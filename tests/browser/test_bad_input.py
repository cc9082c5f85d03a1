"""What people get wrong in the guide, and the sentence that tells them."""

from __future__ import annotations

import re
import socket

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import guide, sandbox
from tests.browser.demonstration import Demo, Jira


def test_a_pasted_issue_page_is_trimmed(page: Page, demo: Demo) -> None:
    cloud = demo.jiras["cloud"]
    guide.connect_by_oauth(page, demo, guide.named("Pasted"), f"  {cloud.url}/browse/ABC-1 ")
    guide.heading(page, "Setup OAuth")
    expect(page.get_by_role("status").filter(has_text="/browse/ABC-1")).to_be_visible()
    expect(page.get_by_role("link", name=cloud.url, exact=True)).to_be_visible()


def test_an_address_where_nothing_answers(page: Page, demo: Demo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    guide.connect_by_oauth(page, demo, guide.named("Nobody"), f"http://127.0.0.1:{port}")
    assert "Nothing answers at the host and port of the Instance URL" in guide.told(page)
    expect(page.get_by_label("Instance URL")).to_have_value(f"http://127.0.0.1:{port}")


def test_an_address_that_is_no_jira(page: Page, demo: Demo) -> None:
    guide.connect_by_oauth(page, demo, guide.named("Ourselves"), demo.url)
    words = guide.told(page)
    assert "it is not a Jira" in words, words
    assert "Instance URL" in words


@pytest.mark.parametrize("address", ["", "ftp://jira.example.com"])
def test_what_is_no_address_is_said_beside_the_field(page: Page, demo: Demo, address: str) -> None:
    guide.connect_by_oauth(page, demo, guide.named("No address"), address)
    summary = page.get_by_role("alert").filter(has_text="Please look at this again")
    expect(summary.get_by_role("link", name="Instance URL")).to_be_visible()
    field = page.get_by_label("Instance URL")
    sentence = "must begin with https" if address else "This field is required"
    expect(field).to_have_accessible_description(re.compile(sentence))
    expect(page.get_by_label("Connection Name")).not_to_have_accessible_description(
        re.compile(sentence)
    )


def test_a_wrong_password(page: Page, demo: Demo, jira: Jira) -> None:
    name = guide.named(f"Wrong password {jira.flavour}")
    guide.connect_by_basic(page, demo, name, jira.url, jira.service, secret="wrong")
    words = guide.told(page)
    wanted = "API token" if jira.flavour == "cloud" else "password"
    assert wanted in words, words
    assert "Jira" in words.splitlines()[0]
    expect(page.get_by_label("Username")).to_have_value(jira.service.basic_name)
    expect(guide.password(page)).to_have_value("")
    guide.password(page).fill(jira.service.secret)
    page.get_by_role("button", name="Connect to Jira").click()
    expect(page.get_by_text(f"This connection acts as {jira.service.shown}.")).to_be_visible()


def test_authenticate_before_the_link_exists(
    context: BrowserContext, page: Page, demo: Demo, jira: Jira
) -> None:
    guide.connect_by_oauth(page, demo, guide.named(f"No link {jira.flavour}"), jira.url)
    with context.expect_page() as opening:
        page.get_by_role("link", name="Authenticate").click()
    guide.heading(opening.value, "Jira did not open the authorisation")
    words = guide.told(opening.value)
    assert "application link" in words.lower()
    assert "Create incoming link" in words


def test_check_and_close_before_allowing(
    context: BrowserContext, page: Page, demo: Demo, jira: Jira
) -> None:
    guide.connect_by_oauth(page, demo, guide.named(f"Too early {jira.flavour}"), jira.url)
    page.get_by_role("button", name="Check & Close").click()
    expect(page.get_by_role("alert")).to_contain_text("Authenticate")

    tab = context.new_page()
    sandbox.log_in(tab, jira, jira.admin)
    sandbox.create_application_link(
        tab,
        jira,
        application_url=guide.copied(page, "Application URL"),
        consumer_key=guide.copied(page, "Consumer Key"),
        public_key=guide.copied(page, "Public Key"),
    )
    with context.expect_page() as opening:
        page.get_by_role("link", name="Authenticate").click()
    expect(opening.value.get_by_role("button", name="Allow")).to_be_visible()
    page.get_by_role("button", name="Check & Close").click()
    assert "Allow" in guide.told(page)

    opening.value.get_by_role("button", name="Deny").click()
    guide.heading(opening.value, "Nothing was changed")
    expect(opening.value.get_by_role("alert")).to_contain_text("denied")
