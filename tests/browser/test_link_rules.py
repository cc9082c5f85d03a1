"""Rules for links by type on "#4 Fields and statuses": filled in, refused in words, kept, taken out."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import guide
from tests.browser.demonstration import Demo, Jira

PARTS = ("from", "word", "to", "link type in Jira")


def test_a_rule_is_made_and_taken_out(page: Page, demo: Demo, jira: Jira) -> None:
    guide.connected(page, demo, jira, guide.named(f"Rules {jira.flavour}"))
    guide.map_project(page, "LYNX", team=guide.named("Lynxes"), pi=guide.named("PI"))
    guide.open_tab(page, "#4 Fields and statuses")

    fill(page, 1, "Enabler", "enables", "Story", "Relates")
    fill(page, 2, "Enabler", "helps", "Story", "Relates")
    save(page)
    part = page.get_by_role("region", name="Links by type")
    expect(part).to_contain_text("Jira's “Relates” cannot be both “enables” and “helps”")
    assert shown(page, 2) == ["Enabler", "helps", "Story", "Relates"]

    fill(page, 2, "Story", "waits for", "Enabler", "Blocks")
    save(page)
    expect(page.get_by_text("their links by the new rules")).to_be_visible()
    assert shown(page, 1) == ["Enabler", "enables", "Story", "Relates"]
    assert shown(page, 2) == ["Story", "waits for", "Enabler", "Blocks"]
    assert shown(page, 3) == shown(page, 4) == ["", "", "", ""]

    fill(page, 1, "", "", "", "")
    save(page)
    expect(page.get_by_text("their links by the new rules")).to_be_visible()
    assert shown(page, 1) == ["Story", "waits for", "Enabler", "Blocks"]


def fill(page: Page, line: int, *values: str) -> None:
    for part, value in zip(PARTS, values, strict=True):
        field = page.get_by_label(f"Line {line}: {part}", exact=True)
        if part == "word":
            field.fill(value)
        else:
            field.select_option(value=value)


def shown(page: Page, line: int) -> list[str]:
    return [page.get_by_label(f"Line {line}: {part}", exact=True).input_value() for part in PARTS]


def save(page: Page) -> None:
    page.get_by_role("button", name="Save the rules for links").click()
