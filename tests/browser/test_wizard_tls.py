""" "Advanced Settings" against a Jira with a self-signed certificate: trusted by a person, by a CA
bundle, or not verified at all."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import guide
from tests.browser.demonstration import Demo, Jira, OwnJira


@pytest.fixture
def encrypted(own_jira: Callable[..., OwnJira]) -> OwnJira:
    return own_jira("datacenter", tls=True)


def sign_in(page: Page, jira: Jira) -> None:
    page.get_by_label("Username").fill(jira.service.basic_name)
    guide.password(page).fill(jira.service.secret)
    page.get_by_role("button", name="Connect to Jira").click()
    expect(page.get_by_text(f"This connection acts as {jira.service.shown}.")).to_be_visible()


def test_the_certificate_is_shown_and_trusted(page: Page, demo: Demo, encrypted: OwnJira) -> None:
    jira, _handle = encrypted
    guide.connect_by_basic(page, demo, guide.named("Pinned"), jira.url, jira.service)
    assert "self-signed" in guide.told(page)
    shown = page.get_by_role("region", name="What this Jira is")
    expect(shown).to_contain_text("Issued to")
    expect(shown).to_contain_text("Issued by")
    expect(shown).to_contain_text("Valid")
    pairs = shown.locator("code").filter(has_text=re.compile(r"^([0-9A-F]{2}:){31}[0-9A-F]{2}$"))
    fingerprint = pairs.inner_text().replace(":", "").lower()
    page.get_by_role("button", name="Trust exactly this certificate").click()
    expect(page.get_by_label("Certificate fingerprint (SHA-256)")).to_have_value(fingerprint)
    expect(page.get_by_role("row", name="Encryption (TLS)")).to_contain_text("Encrypted")
    sign_in(page, jira)
    expect(page.get_by_text("TLS certificates are not verified.")).to_have_count(0)


def test_a_ca_bundle(page: Page, demo: Demo, encrypted: OwnJira) -> None:
    jira, handle = encrypted
    guide.connect_by_basic(page, demo, guide.named("Bundle"), jira.url, jira.service)
    page.get_by_label("Advanced Settings").check()
    page.get_by_label("CA bundle").fill(handle.certificate)
    sign_in(page, jira)
    expect(page.get_by_text("TLS certificates are not verified.")).to_have_count(0)


def test_switched_off_is_a_red_banner_on_every_page(
    page: Page, demo: Demo, encrypted: OwnJira
) -> None:
    jira, _handle = encrypted
    guide.connect_by_basic(page, demo, guide.named("Unverified"), jira.url, jira.service)
    page.get_by_label("Advanced Settings").check()
    page.get_by_label("Verify TLS / SSL certificates").uncheck()
    sign_in(page, jira)
    banner = page.get_by_role("alert").filter(has_text="TLS certificates are not verified.")
    expect(banner).to_contain_text("This ends by itself on")
    background = banner.evaluate("(it) => getComputedStyle(it).backgroundColor")
    red, green, blue = (int(part) for part in re.findall(r"\d+", background)[:3])
    assert red > green, background
    assert red > blue, background
    guide.open_tab(page, "#3 Permissions")
    expect(banner).to_be_visible()
