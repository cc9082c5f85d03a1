"""What a person does in the sandbox's own pages, as they would in Jira."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.demonstration import Account, Jira


def log_in(page: Page, jira: Jira, account: Account) -> None:
    """As this account, whoever was logged in before."""
    page.goto(jira.url)
    if page.get_by_role("button", name="Log out").count():
        log_out(page)
    fill_login(page, account)


def log_out(page: Page) -> None:
    """Until Jira asks who is there: a tab that is closed on the way to another page can hang Chromium."""
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Username")).to_be_visible()


def fill_login(page: Page, account: Account) -> None:
    page.get_by_label("Username").fill(account.username)
    page.get_by_label("Password").fill(account.password)
    page.get_by_role("button", name="Log In").click()


def create_application_link(
    page: Page, jira: Jira, *, application_url: str, consumer_key: str, public_key: str
) -> None:
    """Steps 1 to 9 of the guide, as Jira's admin; Cloud and Data Center name two of them apart."""
    cloud = jira.flavour == "cloud"
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Application links").click()
    page.get_by_role("link", name="Create link").click()
    kind = "Direct application link using OAuth 1.0" if cloud else "Atlassian product"
    page.get_by_label(kind).check()
    page.get_by_label("Application URL").fill(application_url)
    page.get_by_role("button", name="Next" if cloud else "Continue").click()
    expect(page.get_by_role("heading", name="Configure Application URL")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Application Name").fill("ALM Connect")
    page.get_by_label("Create incoming link").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Review link")).to_be_visible()
    page.get_by_label("Consumer Key").fill(consumer_key)
    page.get_by_label("Consumer Name").fill("ALM Connect")
    page.get_by_label("Public Key").fill(public_key)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("cell", name=consumer_key)).to_be_visible()


def set_grant(page: Page, jira: Jira, project: str, permission: str, person: str, on: bool) -> None:
    """As Jira's admin, who must be logged in."""
    page.goto(f"{jira.url}/secure/admin/permissions?project={project}")
    before, after = ("Grant", "Revoke") if on else ("Revoke", "Grant")
    press = page.get_by_role("button", name=f"{before} {permission} for {person}")
    if press.count():
        press.click()
    expect(page.get_by_role("button", name=f"{after} {permission} for {person}")).to_be_visible()


def shows(page: Page, address: str, *words: str) -> bool:
    """Whether the page of this address, loaded anew, has all these words, fields included."""
    page.goto(address)
    typed = [one.input_value() for one in page.get_by_role("textbox").all()]
    text = " ".join([page.get_by_role("main").inner_text(), *typed])
    return all(word in text for word in words)


def open_issue(page: Page, jira: Jira, key: str) -> None:
    page.goto(f"{jira.url}/browse/{key}")
    expect(page.get_by_role("heading", level=1, name=re.compile(f"^{key} "))).to_be_visible()


def create_issue(page: Page, jira: Jira, project: str, summary: str) -> str:
    """A story; its key."""
    page.goto(f"{jira.url}/projects/{project}")
    page.get_by_label("Issue Type").select_option(label="Story")
    page.get_by_label("Summary").fill(summary)
    page.get_by_role("button", name="Create").click()
    title = page.get_by_role("heading", level=1)
    expect(title).to_contain_text(summary)
    return title.inner_text().split()[0]


def move_to_sprint(page: Page, sprint: str) -> None:
    """The issue that is open. `sprint`: its name, as far as it is unique."""
    field = page.get_by_label("Sprint")
    label = field.get_by_role("option").filter(has_text=sprint).inner_text()
    field.select_option(label=label)
    page.get_by_role("button", name="Move to sprint").click()


def link_to(page: Page, word: str, other: str) -> None:
    """From the issue that is open, such as `link_to(page, "blocks", "FALCON-2")`."""
    page.get_by_label("This issue").select_option(label=word)
    page.get_by_label("Issue key").fill(other)
    page.get_by_role("button", name="Link", exact=True).click()
    expect(page.get_by_role("row").filter(has_text=other)).to_be_visible()


def set_base_url(page: Page, jira: Jira, address: str) -> None:
    """Settings > System > General configuration, as Jira's admin, who must be logged in."""
    page.goto(jira.url)
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="General configuration").click()
    page.get_by_label("Base URL").fill(address)
    page.get_by_role("button", name="Update").click()
    expect(page.get_by_label("Base URL")).to_have_value(address)


def make_token(page: Page, jira: Jira) -> str:
    """Profile > Personal Access Tokens of whoever is logged in; the token's text."""
    page.goto(f"{jira.url}/secure/ViewProfile.jspa")
    page.get_by_label("Token name").fill("ALM Connect")
    page.get_by_role("button", name="Create token").click()
    return page.get_by_role("code").inner_text()
