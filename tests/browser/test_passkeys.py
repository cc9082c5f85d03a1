"""Passkeys in a real browser: Chromium's virtual authenticator makes them and signs in with them.

The console runs at `localhost`, as browsers offer passkeys at no IP address without https.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from tests.browser import own_console
from tests.browser.own_console import PASSWORD, by_password
from tests.browser.test_every_page import violations
from tests.browser.watching import Watch

Device = Callable[..., tuple[CDPSession, str]]


@pytest.fixture(scope="module")
def console(chromium_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with own_console.started(tmp_path_factory.mktemp("passkeys")) as url:
        yield url


@pytest.fixture
def context(browser: Browser, console: str) -> Iterator[BrowserContext]:
    made = browser.new_context(locale="en-GB")
    watch = Watch(made, console)
    yield made
    made.close()
    watch.judge()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def device(context: BrowserContext, page: Page) -> Device:
    """`device(verifies=False)`: a virtual authenticator with (or without) PIN, built into the computer."""

    def make(*, verifies: bool = True) -> tuple[CDPSession, str]:
        session = context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": verifies,
            "hasUserVerification": verifies,
            "isUserVerified": verifies,
            "automaticPresenceSimulation": True,
        }
        made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return session, made["authenticatorId"]

    return make


def signed_in(page: Page) -> None:
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def sign_out(page: Page, console: str) -> None:
    page.goto(f"{console}/account/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def confirm(page: Page) -> None:
    """Whoever did not say who they are since signing in is asked first."""
    page.wait_for_load_state()
    if page.get_by_role("heading", name="Confirm that it is you").is_visible():
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()


def add(page: Page, console: str, name: str, *, alone: bool) -> None:
    """From the page of two-step sign-in; ends where the recovery codes are shown, or at that page."""
    page.goto(f"{console}/account/2fa/")
    page.get_by_role("link", name="Add a passkey").click()
    confirm(page)
    assert not violations(page)
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_label("Sign in with it alone").set_checked(alone)
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("Passkey added.")).to_be_visible()


def rename(page: Page, console: str, name: str, to: str) -> None:
    page.goto(f"{console}/account/2fa/")
    page.get_by_role("link", name=f"Rename {name}").click()
    confirm(page)
    assert not violations(page)
    page.get_by_role("textbox", name="Name").fill(to)
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_text("Passkey renamed.")).to_be_visible()
    expect(page.get_by_role("link", name=f"Remove {to}")).to_be_visible()


def remove(page: Page, console: str, name: str) -> None:
    page.goto(f"{console}/account/2fa/")
    assert not violations(page)
    page.get_by_role("link", name=f"Remove {name}").click()
    confirm(page)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Passkey removed.")).to_be_visible()
    expect(page.get_by_text(name)).to_have_count(0)


def trail(page: Page, console: str) -> str:
    page.goto(f"{console}/audit/")
    return page.get_by_role("main").inner_text()


def test_it_signs_in_alone(page: Page, console: str, device: Device) -> None:
    device()
    by_password(page, console)
    signed_in(page)
    add(page, console, "Laptop", alone=True)
    sign_out(page, console)
    page.goto(f"{console}/audit/")
    assert not violations(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    signed_in(page)
    assert page.url == f"{console}/audit/", "where the person wanted to go"
    words = trail(page, console)
    assert "webauthn" in words
    assert "Laptop" in words
    rename(page, console, "Laptop", "Old laptop")
    sign_out(page, console)
    page.get_by_role("button", name="Sign in with a passkey").click()
    signed_in(page)
    remove(page, console, "Old laptop")


def test_it_is_the_step_after_the_password(page: Page, console: str, device: Device) -> None:
    session, key = device(verifies=False)
    by_password(page, console)
    add(page, console, "Stick", alone=False)
    sign_out(page, console)
    by_password(page, console)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    assert not violations(page)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.get_by_role("button", name="Use a passkey").click()
    signed_in(page)
    page.goto(f"{console}/account/2fa/passkeys/confirm/?next=/profile/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Profile")).to_be_visible()
    remove(page, console, "Stick")


def test_another_device_does_not_sign_in(page: Page, console: str, device: Device) -> None:
    session, key = device()
    by_password(page, console)
    add(page, console, "Lost", alone=True)
    sign_out(page, console)
    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})
    device()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert").filter(has_text="No passkey was used")).to_be_visible()
    assert not violations(page)
