"""The wizard's other ways: a Personal Access Token, a typed code, the admin's part, a resumed draft."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import guide, sandbox
from tests.browser.demonstration import Demo, Jira


def test_a_personal_access_token(context: BrowserContext, page: Page, demo: Demo) -> None:
    jira = demo.jiras["datacenter"]
    tab = context.new_page()
    sandbox.log_in(tab, jira, jira.service)
    token = sandbox.make_token(tab, jira)
    name = guide.named("Token")
    guide.connect_by_token(page, demo, name, jira.url, f" {token} ")
    guide.heading(page, name)
    expect(page.get_by_text(f"This connection acts as {jira.service.shown}.")).to_be_visible()
    expect(page.get_by_text("Spaces around “Personal Access Token” were removed.")).to_be_visible()
    assert token not in page.content()


def test_a_wrong_token_is_explained_and_typed_again(page: Page, demo: Demo) -> None:
    jira = demo.jiras["datacenter"]
    guide.connect_by_token(page, demo, guide.named("Wrong token"), jira.url, "nobodys-token")
    assert "token" in guide.told(page)
    expect(page.get_by_label("Personal Access Token")).to_have_value("")


def test_on_cloud_no_token_is_asked_for(page: Page, demo: Demo) -> None:
    jira = demo.jiras["cloud"]
    guide.connect_by_token(page, demo, guide.named("Cloud token"), jira.url, "any-token")
    field = page.get_by_label("Personal Access Token")
    sentence = re.compile("Jira Cloud takes no Personal Access Token.")
    expect(field).to_have_accessible_description(sentence)


def test_a_typed_code(context: BrowserContext, page: Page, demo: Demo, jira: Jira) -> None:
    name = guide.named(f"Typed {jira.flavour}")
    guide.connect_by_oauth(page, demo, name, jira.url)
    guide.make_link(context, page, jira)
    page.get_by_text("Jira cannot send you back here?").click()
    page.get_by_role("button", name="Use a typed code").click()
    page.get_by_role("button", name="Check & Close").click()
    expect(page.get_by_role("alert")).to_contain_text("Type the verification code")
    page.get_by_text("Jira cannot send you back here?").click()
    page.get_by_role("button", name="Use a typed code").click()
    with context.expect_page() as opening:
        page.get_by_role("link", name="Open Jira, press “Allow”, and copy the code").click()
    sandbox.fill_login(opening.value, jira.service)
    opening.value.get_by_role("button", name="Allow").click()
    code = opening.value.locator("#verifier").inner_text()
    page.get_by_label("Verification code").fill(f" {code} ")
    page.get_by_role("button", name="Check & Close").click()
    expect(page.get_by_text(f"{jira.service.shown} authorised this connection")).to_be_visible()
    guide.heading(page, name)


def test_the_admins_part_is_done_by_somebody_without_a_sign_in(
    open_context: Callable[..., BrowserContext],
    context: BrowserContext,
    page: Page,
    demo: Demo,
    jira: Jira,
) -> None:
    guide.connect_by_oauth(page, demo, guide.named(f"Admin's part {jira.flavour}"), jira.url)
    address = guide.copied(page, "Link for your Jira admin")

    other = open_context(storage_state=None)
    shown = other.new_page()
    shown.goto(address)
    guide.heading(shown, "Please create an application link in Jira")
    kind = "Direct application link" if jira.flavour == "cloud" else "Atlassian product"
    expect(shown.get_by_text(kind)).to_be_visible()
    expect(shown.get_by_label("Callback URL", exact=True)).to_have_value(
        f"{demo.url}/connections/oauth/callback/"
    )
    guide.make_link(other, shown, jira)

    guide.allow(guide.authenticate(context, page), jira.service)
    page.get_by_role("button", name="Check & Close").click()
    expect(page.get_by_text(f"{jira.service.shown} authorised this connection")).to_be_visible()


def test_a_draft_is_resumed_by_another_person_in_another_browser(
    open_context: Callable[..., BrowserContext], page: Page, demo: Demo, jira: Jira
) -> None:
    name = guide.named(f"Draft {jira.flavour}")
    guide.connect_by_oauth(page, demo, name, jira.url)
    key = page.get_by_label("Consumer Key", exact=True).input_value()

    other = open_context(storage_state=None)
    second = guide.invited(page, demo, other, guide.named("Second").replace(" ", "-"), "Admin")
    second.goto(f"{demo.url}/connections/")
    second.get_by_role("link", name=name).click()
    second.get_by_role("link", name="Go on with the setup").click()
    guide.heading(second, "Setup OAuth")
    expect(second.get_by_label("Consumer Key", exact=True)).to_have_value(key)
    guide.authorise(other, second, jira)
    guide.heading(second, name)
    page.goto(demo.url)
    expect(page.get_by_role("article").filter(has_text=name)).to_contain_text(jira.service.shown)
