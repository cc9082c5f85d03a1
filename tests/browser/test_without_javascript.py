"""The wizard and the board where the browser runs no script: plain links and forms do it all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import guide
from tests.browser.demonstration import Demo
from tests.browser.guide import Board


@pytest.fixture
def jira(demo: Demo) -> Any:
    return demo.jiras["cloud"]


@pytest.fixture
def plain(open_context: Callable[..., BrowserContext]) -> Page:
    return open_context(java_script_enabled=False).new_page()


def test_the_wizard(plain: Page, demo: Demo, jira: Any) -> None:
    plain.goto(demo.url)
    guide.connected(plain, demo, jira, guide.named("Plain"))
    plain.get_by_role("button", name="Test connection").click()
    expect(plain.get_by_role("table").first).to_contain_text(jira.service.shown)


def test_the_board(plain: Page, demo: Demo, board: Board) -> None:
    plain.goto(f"{demo.url}/board/")
    plain.get_by_label("PI", exact=True).select_option(label=board.pi)
    plain.get_by_role("button", name="Show").click()
    guide.heading(plain, board.pi)
    summary = guide.named("Plain story")
    plain.get_by_role("link", name=f"New work item for {board.team}, backlog").click()
    plain.get_by_label("Summary").fill(summary)
    plain.get_by_role("button", name="Create").click()
    guide.card(plain, board.team, summary).get_by_role("link", name=f"Move: {summary}").click()
    sprint = f"{board.key.capitalize()} 26.4.5"
    plain.get_by_label("Iteration").select_option(label=f"{sprint} · {board.pi}")
    plain.get_by_role("button", name="Move").click()
    cell = guide.cell(plain, board.team, sprint)
    expect(cell.get_by_role("link", name=summary, exact=True)).to_be_visible()
