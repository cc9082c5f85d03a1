"""Mapping a project on "#2 Projects": its issues are imported, with progress, without reloading."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser import guide
from tests.browser.demonstration import Demo, Jira


def test_a_mapped_project_is_imported(page: Page, demo: Demo, jira: Jira) -> None:
    team, pi = guide.named("Otters"), guide.named("PI")
    guide.connected(page, demo, jira, guide.named(f"Map {jira.flavour}"))
    guide.map_project(page, "OTTER", team=team, pi=pi)
    guide.imported(page, "OTTER")
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"\b12 issues"))

    guide.open_board(page, pi)
    board = page.get_by_role("region", name="Teams by iterations")
    expect(board.get_by_role("rowheader", name=team)).to_be_visible()
    expect(board.get_by_role("columnheader", name="Otter 26.4.2")).to_be_visible()
    cell = guide.cell(page, team, "Otter 26.4.2")
    expect(cell.get_by_role("link", name="Keep the basket for a week", exact=True)).to_be_visible()
