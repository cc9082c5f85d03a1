"""A Jira whose statuses, issue types, priorities and link types are attacks, or too large: every page
shows their names as words, none grows wider than a phone for them, and sync goes on both ways.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import requests
from playwright.sync_api import BrowserContext, Dialog, Page, expect

from jira_sandbox.model.issues import Issue
from jira_sandbox.server import Handle
from tests.almconnect.waiting import wait_for
from tests.browser import guide
from tests.browser.demonstration import Demo, Jira, OwnJira
from tests.browser.sandbox import shows
from tests.browser.test_hostile_jira import judge

LONG = "W" + "o" * 300 + "rd"
NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2) data-evil=1>',
    "\u202eenoD 😀 'single' \"double\" &amp;",
    LONG,
    "Two\nlines</select></option><svg onload=alert(3) data-evil=1>",
    "{{ 7|add:7 }}${alert(4)}",
    "👩‍👩‍👧‍👦 <a href='javascript:alert(5)' data-evil=1>press</a>",
    "</textarea></title></script><iframe src=javascript:alert(6) data-evil=1></iframe>",
)
SECONDS = 60
PHONE = {"width": 360, "height": 740}
PAGES = (
    "",
    "projects/",
    "permissions/",
    "permissions/projects/",
    "fields/",
    "webhook/",
    "activity/",
)


@pytest.fixture(params=["cloud", "datacenter"])
def own(request: pytest.FixtureRequest, own_jira: Callable[..., OwnJira]) -> OwnJira:
    jira, handle = own_jira(request.param, service_admin=True)  # so it makes its webhook
    site = handle.site
    for kind, known in (
        ("status", site.statuses),
        ("type", site.types),
        ("priority", site.priorities),
    ):
        for number, id in enumerate(list(known)):
            rename(jira, kind, id, f"{NAMES[number % len(NAMES)]} {kind[0]}{number}")
    for number, row in enumerate(list(site.link_types.values())):
        words = {part: f"{NAMES[number % len(NAMES)]} {number}" for part in ("name", "outward")}
        admin(jira, "PUT", f"/rest/api/2/issueLinkType/{row.id}", words)
    return jira, handle


def rename(jira: Jira, kind: str, id: str, name: str) -> None:
    admin(jira, "POST", "/sandbox/names", {"kind": kind, "id": id, "name": name})


def admin(jira: Jira, method: str, path: str, body: dict[str, Any]) -> None:
    who = (jira.admin.basic_name, jira.admin.secret)
    answer = requests.request(method, f"{jira.url}{path}", json=body, auth=who, timeout=10)
    assert answer.ok, answer.text


def look(page: Page, address: str) -> None:
    """The page by that address, at its usual size and on a phone."""
    page.goto(address)
    judge(page)
    usual = page.viewport_size
    page.set_viewport_size(PHONE)
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(usual or PHONE)
    assert wide <= PHONE["width"], f"{address} is {wide} wide"


def test_they_are_words_on_every_page_and_sync_goes_on(
    context: BrowserContext, page: Page, demo: Demo, own: OwnJira
) -> None:
    jira, handle = own
    dialogs: list[str] = []

    def opened(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    context.on("dialog", opened)
    team, pi = guide.named("Hostile names"), guide.named("PI")
    address = guide.connected(page, demo, jira, guide.named("Hostile names"))
    guide.open_tab(page, "#2 Projects")
    look(page, page.get_by_role("link", name="Map FALCON", exact=True).evaluate("one => one.href"))
    page.goto(address)
    guide.map_project(page, "FALCON", team=team, pi=pi)
    guide.imported(page, "FALCON")
    judge(page)
    for part in PAGES:
        look(page, address + part)
    page.goto(f"{address}fields/")
    falcon = handle.site.project("FALCON")
    assert falcon is not None
    types = [handle.site.types[one] for one in falcon.type_ids]
    for one in (*handle.site.statuses.values(), *(kind for kind in types if not kind.subtask)):
        expect(page.get_by_role("main")).to_contain_text(one_line(one.name)[:59])

    page.goto(f"{address}projects/")
    page.get_by_role("link", name="FALCON", exact=True).click()
    look(page, page.url)
    page.get_by_role("button", name="Dry run").click()
    page.get_by_role("link", name="What would change").click()
    guide.heading(page, re.compile("would change"))
    look(page, page.url)
    look(page, board_of(page, demo, pi))
    item = sync_goes_on(page, demo, pi, team, jira, handle)
    look(page, item)
    trace = page.get_by_role("link", name=re.compile("this (was synced|sync)"))
    look(page, trace.evaluate("one => one.href"))
    look(page, f"{address}activity/")
    menu = page.get_by_role("navigation", name="Main").get_by_role("link")
    for link in [one.get_attribute("href") for one in menu.all()]:
        look(page, f"{demo.url}{link}")
    assert not dialogs


def board_of(page: Page, demo: Demo, pi: str) -> str:
    page.goto(demo.url)
    guide.open_board(page, pi)
    return page.url


def sync_goes_on(page: Page, demo: Demo, pi: str, team: str, jira: Jira, handle: Handle) -> str:
    """A new item of such a type, moved to such a status, then edited in Jira; its page's address."""
    page.goto(demo.url)
    guide.open_board(page, pi)
    page.get_by_role("link", name=f"New work item for {team}, backlog").click()
    summary = guide.named("Of a hostile type")
    falcon = handle.site.project("FALCON")
    assert falcon is not None
    wanted = handle.site.types[falcon.type_ids[1]]
    choose(page, "Type", one_line(wanted.name)[:20])
    page.get_by_label("Summary").fill(summary)
    page.get_by_role("button", name="Create").click()
    link = guide.card(page, team, summary).get_by_role("link", name=re.compile("^FALCON-"))
    expect(link).to_be_visible()
    key = link.inner_text()
    issue = handle.site.issue(key)
    assert issue is not None
    assert issue.type is wanted

    guide.card(page, team, summary).get_by_role("link", name=summary, exact=True).click()
    guide.heading(page, summary)
    address = page.url
    for words in ("Wooo", "Two lines", "<script>"):
        page.get_by_text("Edit", exact=True).first.click()
        choose(page, "Status", words)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("main")).to_contain_text(words)
        begins = partial(has_status, issue, words)
        wait_for("the status", begins, SECONDS)
    admin(jira, "PUT", f"/rest/api/2/issue/{key}", {"fields": {"summary": f"{summary} in Jira"}})
    wait_for("the edit", lambda: shows(page, address, f"{summary} in Jira"), SECONDS)
    return address


def has_status(issue: Issue, words: str) -> bool:
    return one_line(issue.status.name).startswith(words)


def choose(page: Page, label: str, words: str) -> None:
    """The option that begins so."""
    field = page.get_by_role("combobox", name=re.compile(f"^{label}"))
    expect(field).to_be_visible()
    options = field.locator("option").evaluate_all("all => all.map((one) => one.value)")
    found = [one for one in options if one.startswith(words)]
    assert found, f"{label} has no {words}: {options}"
    field.select_option(value=found[0])


def one_line(text: str) -> str:
    return " ".join(text.split())
