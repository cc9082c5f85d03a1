"""What a person does in Jira's own pages is seen on the open board by itself, before any poll is due.

The webhook's way, the worker's read and the page's own interval of asking are all in it: no poll falls
due for an hour (`demonstration.started`), and nobody loads the page again. How long it takes is measured
by `./run.py bench latency`, on a machine that has nothing else to do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser import guide, sandbox
from tests.browser.demonstration import Jira
from tests.browser.guide import Board

MILLISECONDS = 60_000  # long beside a busy machine, short beside a poll


@dataclass
class Walk:
    """The five actions, each until it stands on the board."""

    page: Page
    tab: Page
    board: Board
    jira: Jira
    name: str = ""
    key: str = ""

    def create(self) -> None:
        self.name = guide.named("Jira story")
        self.key = sandbox.create_issue(self.tab, self.jira, self.board.key, self.name)
        expect(self.card()).to_be_visible(timeout=MILLISECONDS)

    def edit(self) -> None:
        self.name += ", edited"
        points = "5"
        self.tab.get_by_label("Summary").fill(self.name)
        self.tab.get_by_label("Story points").fill(points)
        self.tab.get_by_role("button", name="Update").click()
        expect(self.tab.get_by_role("heading", level=1)).to_contain_text(self.name)
        expect(self.card().filter(has_text=points)).to_be_visible(timeout=MILLISECONDS)

    def move(self) -> None:
        sprint = f"{self.board.key.capitalize()} 26.4.3"
        cell = guide.cell(self.page, self.board.team, sprint)
        sandbox.move_to_sprint(self.tab, sprint)
        moved = cell.get_by_role("link", name=self.name, exact=True)
        expect(moved).to_be_visible(timeout=MILLISECONDS)

    def link(self) -> None:
        other = f"{self.board.key}-3"
        sandbox.link_to(self.tab, "blocks", other)
        rows = self.page.get_by_role("table", name="Dependencies").get_by_role("row")
        linked = rows.filter(has_text=self.name).filter(has_text=f"{other} ")
        expect(linked).to_be_visible(timeout=MILLISECONDS)

    def delete(self) -> None:
        sandbox.open_issue(self.tab, self.jira, self.key)
        self.tab.get_by_role("button", name="Delete issue").click()
        expect(self.tab.get_by_role("heading", level=1, name=re.compile("^Team"))).to_be_visible()
        expect(self.card()).to_have_count(0, timeout=MILLISECONDS)

    def card(self) -> Locator:
        return guide.card(self.page, self.board.team, self.name)


def test_each_is_seen_by_itself(page: Page, tab: Page, board: Board, jira: Jira) -> None:
    walk = Walk(page, tab, board, jira)
    for action in (walk.create, walk.edit, walk.move, walk.link, walk.delete):
        action()
