"""The report by what the board will do: screens and boards that stand in the way, and their mending."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import guide
from tests.browser.demonstration import Demo, OwnJira
from tests.browser.test_every_page import violations

SCREEN, KANBAN = "FALCON", "ART"


def row(page: Page, project: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=project))


@pytest.mark.parametrize("flavour", ["cloud", "datacenter"])
def test_screens_and_boards_are_seen_and_mended(
    page: Page, demo: Demo, own_jira: Callable[..., OwnJira], flavour: str
) -> None:
    jira, handle = own_jira(flavour)
    points, project = handle.site.field_of("points"), handle.site.project(SCREEN)
    assert project is not None
    project.hidden_fields.add(points.id)
    guide.connected(page, demo, jira, guide.named("Operations"))
    guide.open_tab(page, "#3 Permissions")
    page.get_by_role("link", name="Choose projects").click()
    for key in (SCREEN, KANBAN):
        page.get_by_role("checkbox", name=re.compile(rf"^{key}\b")).check()
    page.get_by_role("button", name="Check permissions", exact=True).click()
    guide.heading(page, re.compile(r"^Every required permission is held; \d+ obstacles"))
    page.get_by_role("link", name="By what the board will do").click()

    missing = f"The field {points.name} is not on the create screen of Story in {SCREEN}"
    expect(row(page, SCREEN).get_by_text(missing)).to_be_visible()
    expect(row(page, SCREEN).get_by_text("Screens and board seen")).to_be_visible()
    expect(row(page, KANBAN).get_by_text("a Scrum board is needed")).to_be_visible()
    expect(row(page, KANBAN).get_by_text(missing)).to_have_count(0)
    copy = row(page, SCREEN).get_by_role("button", name="Copy for your admin").first
    assert "Screens" in (copy.get_attribute("data-copy-text") or "")
    asked = page.get_by_label("Text for your Jira admin", exact=True).input_value()
    assert f"create screen of Story in {SCREEN}" in asked
    assert not violations(page)

    project.hidden_fields.discard(points.id)
    page.get_by_role("button", name=f"Check this row again {SCREEN}").click()
    expect(row(page, KANBAN).get_by_text("a Scrum board is needed")).to_be_visible()
    expect(row(page, SCREEN).get_by_text(missing)).to_have_count(0)
    expect(row(page, SCREEN).get_by_text("Missing")).to_have_count(0)
