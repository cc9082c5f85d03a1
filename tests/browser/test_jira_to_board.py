"""What a person does in Jira's own pages, seen on the open board within two seconds by itself."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser import guide, sandbox
from tests.browser.demonstration import Jira
from tests.browser.guide import Board

SECONDS = 2.0


def test_created_edited_moved_deleted(page: Page, tab: Page, board: Board, jira: Jira) -> None:
    """Each is awaited on the page as it is. Of the times taken, the two seconds hold for the median:
    these tests share two cores with everything else that a test run starts.
    """
    summary, taken = guide.named("Jira story"), []
    key = sandbox.create_issue(tab, jira, board.key, summary)
    taken.append(seconds_until(guide.card(page, board.team, summary)))

    def edit() -> None:
        tab.get_by_label("Summary").fill(f"{summary}, edited")
        tab.get_by_label("Story points").fill("8")
        tab.get_by_role("button", name="Update").click()

    taken.append(
        after(edit, guide.card(page, board.team, f"{summary}, edited").filter(has_text="8"))
    )
    sprint = f"{board.key.capitalize()} 26.4.3"
    cell = guide.cell(page, board.team, sprint)
    name = f"{summary}, edited"
    moved = cell.get_by_role("link", name=name, exact=True)
    taken.append(after(lambda: sandbox.move_to_sprint(tab, sprint), moved))

    dependency = page.get_by_role("table", name="Dependencies").get_by_role("row")
    linked = dependency.filter(has_text=name).filter(has_text=f"{board.key}-3 ")
    taken.append(after(lambda: sandbox.link_to(tab, "blocks", f"{board.key}-3"), linked))

    sandbox.open_issue(tab, jira, key)
    tab.get_by_role("button", name="Delete issue").click()
    expect(tab.get_by_role("heading", level=1, name=re.compile("^Team"))).to_be_visible()
    began = time.monotonic()
    expect(guide.card(page, board.team, name)).to_have_count(0)
    taken.append(time.monotonic() - began)
    assert sorted(taken)[len(taken) // 2] <= SECONDS, [round(one, 2) for one in taken]


def after(act: Callable[[], None], seen: Locator) -> float:
    act()
    return seconds_until(seen)


def seconds_until(seen: Locator) -> float:
    """From Jira's answer to the person until it stands on the board."""
    began = time.monotonic()
    expect(seen).to_be_visible()
    return time.monotonic() - began
