"""A Jira whose every text is an attack: names, summaries, descriptions, labels, sprints, refusals.

They are shown as what they are, words: no dialog opens, no element of theirs stands on a page, and the
Content-Security-Policy, which every context's watch judges, had nothing to forbid.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import BrowserContext, Dialog, Page, expect

from jira_sandbox.model.site import Site
from tests.browser import guide
from tests.browser.demonstration import Demo, Jira, OwnJira

CORPUS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2) data-evil=1>',
    "'><svg onload=alert(3) data-evil=1>",
    "</textarea></title></script><iframe src=javascript:alert(4) data-evil=1></iframe>",
    '<a href="javascript:alert(5)" data-evil=1>press</a>',
    '<form action="https://evil.example" data-evil=1><button>Save</button></form>',
    '<b style="position:fixed;inset:0" data-evil=1 hx-get="/x" hx-trigger="load">over all</b>',
    "{{ 7|add:7 }}{% debug %}${alert(6)}",
    "javascript:alert(7)",
    "\u202eevil<!--",
)
ALL = " ".join(CORPUS)
# What no page of ours holds: anything marked, any script of a page itself, frames, handlers.
THEIRS = (
    "[data-evil], script:not([src]), iframe, object, embed, [onerror], [onload], [style*=fixed]"
)
PAGES = ("", "projects/", "permissions/", "permissions/projects/", "fields/", "webhook/",
         "activity/", "edit/", "delete/", "reauthenticate/")  # fmt: skip


@pytest.fixture(params=["cloud", "datacenter"])
def jira(request: pytest.FixtureRequest, own_jira: Callable[..., OwnJira]) -> Jira:
    one, handle = own_jira(request.param)
    poison(handle.site)
    return one


def poison(site: Site) -> None:
    for number, user in enumerate(site.users.values()):
        user.display_name = f"{CORPUS[number % len(CORPUS)]} {user.name}"
    for project in site.projects.values():
        project.name = f"{project.key} {ALL}"[:200]
    for number, sprint in enumerate(site.sprints.values()):
        sprint.name = CORPUS[number % len(CORPUS)][:60]
    for number, issue in enumerate(site.issues.values()):
        issue.values["summary"] = f"{issue.key} {CORPUS[number % len(CORPUS)]}"
        issue.values["description"] = ALL
        issue.values["labels"] = tuple(
            one.replace(" ", "_") for one in (CORPUS[1], CORPUS[2], CORPUS[6])
        )
        issue.values["assignee"] = site.users["tom"]


def judge(page: Page) -> None:
    found = page.locator(THEIRS).evaluate_all("all => all.map((one) => one.outerHTML)")
    assert not found, f"{page.url}: {found}"
    links = page.locator("a[href], form[action]").evaluate_all(
        "all => all.map((one) => one.getAttribute('href') ?? one.getAttribute('action'))"
    )
    assert not [one for one in links if one.lower().startswith(("javascript:", "data:"))], page.url


def test_is_shown_as_words(context: BrowserContext, page: Page, demo: Demo, jira: Jira) -> None:
    dialogs: list[str] = []

    def opened(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    context.on("dialog", opened)
    team, pi, name = guide.named("Hostile"), guide.named("PI"), guide.named("Hostile")
    guide.connect_by_basic(page, demo, name, jira.url, jira.service)
    expect(page.get_by_text("This connection acts as ")).to_contain_text("svc-alm")
    judge(page)
    address = page.url
    guide.map_project(page, "FALCON", team=team, pi=pi)
    guide.imported(page, "FALCON")
    judge(page)
    page.goto(f"{address}permissions/")
    page.get_by_role("button", name="Run again").or_(
        page.get_by_role("button", name="Check permissions")
    ).or_(page.get_by_role("link", name="Choose projects")).first.click()
    for part in PAGES:
        page.goto(address + part)
        judge(page)
    page.goto(address)
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("row", name="Who am I")).to_contain_text("svc-alm")
    judge(page)

    page.goto(demo.url)
    guide.open_board(page, pi)
    judge(page)
    cards = guide.row(page, team).get_by_role("link").filter(has_text="onerror=alert(2)")
    expect(cards.first).to_be_visible()
    cards.first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(CORPUS[1])
    main = page.get_by_role("main")
    for words in CORPUS[:8]:
        expect(main).to_contain_text(words)
    judge(page)
    menu = page.get_by_role("navigation", name="Main").get_by_role("link")
    for link in [one.get_attribute("href") for one in menu.all()]:
        page.goto(f"{demo.url}{link}")
        judge(page)
    assert not dialogs


def test_a_refusal_of_such_a_jira_is_words_too(
    context: BrowserContext, page: Page, demo: Demo, jira: Jira
) -> None:
    dialogs: list[str] = []
    context.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    guide.connect_by_oauth(page, demo, guide.named("Hostile refusal"), jira.url)
    guide.heading(page, "Setup OAuth")
    evil = "<img/src=x/onerror=alert(8)/data-evil>"
    fault = {"name": "oauth_problem", "value": f"{evil} both"}
    requests.post(f"{jira.url}/sandbox/faults", json=fault, timeout=10).raise_for_status()
    refused = guide.authenticate(context, page)
    guide.heading(refused, "Jira did not open the authorisation")
    refused.get_by_text("Details").click()
    words = refused.get_by_role("group", name="What happened").inner_text()
    assert "a word that is not known here" in words, words
    judge(refused)
    requests.post(f"{jira.url}/sandbox/faults", json=fault | {"value": None}, timeout=10)
    html = {"name": "html_page", "path": "/serverInfo"}
    requests.post(f"{jira.url}/sandbox/faults", json=html, timeout=10).raise_for_status()
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_role("group", name="What happened")).to_be_visible()
    judge(page)
    assert not dialogs


def test_an_injected_element_would_be_seen(page: Page) -> None:
    for words in CORPUS[:7]:
        page.set_content(f"<main>{words}</main>")
        with pytest.raises(AssertionError):
            judge(page)
