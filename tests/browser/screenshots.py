"""`python -m tests.browser.screenshots [--all FOLDER]`: pictures of the demo for the README.

Starts a demo of its own, walks the guide in it and takes the pictures into docs/screenshots. With
`--all`, every page in light, dark and narrow into that folder, to look at. Not a test.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.browser import chromium, demonstration, guide, sandbox, tour
from tests.browser.demonstration import Demo, Jira

TARGET = demonstration.ROOT / "docs" / "screenshots"
SIZE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
TEAMS = (("FALCON", "Falcon"), ("OTTER", "Otter"), ("LYNX", "Lynx"))
PI = "PI 2026.4"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every page, into this folder")
    wanted = parser.parse_args()
    expect.set_options(timeout=30_000)
    with tempfile.TemporaryDirectory(prefix="almconnect-shots-") as folder:
        with demonstration.started(Path(folder)) as demo, chromium.started() as browser:
            context = browser.new_context(viewport=SIZE, locale="en-GB", reduced_motion="reduce")
            page = context.new_page()
            page.goto(demo.login_url)
            TARGET.mkdir(parents=True, exist_ok=True)
            walk(context, page, demo)
            if wanted.all:
                every_page(browser, context, demo, wanted.all)


def walk(context: BrowserContext, page: Page, demo: Demo) -> None:
    """The guide from its first page to a board in use; a picture where a reader wants one."""
    cloud = demo.jiras["cloud"]
    guide.connect_by_oauth(page, demo, "Railways Jira", cloud.url)
    guide.heading(page, "Setup OAuth")
    take(page, "setup-oauth")
    guide.authorise(context, page, cloud)
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("table").filter(has_text="Who am I")).to_be_visible()
    take(page, "test-connection")
    connection = page.url.partition("test/")[0]
    for number, (key, team) in enumerate(TEAMS):
        page.goto(connection)
        guide.map_project(page, key, team=team, pi=PI, new_pi=number == 0)
        guide.imported(page, key)
    report(context, page, cloud, connection)
    guide.open_board(page, PI)
    use_board(page)
    take(page, "board")
    in_dark(context, page, demo, "board-dark")
    page.get_by_role("link", name="Keep the basket for a week", exact=True).first.click()
    take(page, "work-item")
    page.goto(demo.url)
    take(page, "cockpit")
    page.goto(f"{demo.url}/activity/")
    take(page, "activity")


def report(context: BrowserContext, page: Page, jira: Jira, connection: str) -> None:
    """Two reports, between which somebody took a permission away."""
    page.goto(connection)
    guide.open_tab(page, "#3 Permissions")
    page.get_by_role("link", name="Choose projects").click()
    page.get_by_role("button", name="Check permissions", exact=True).click()
    guide.heading(page, re.compile("permission"))
    expect(page.get_by_role("button", name="Run again")).to_be_visible()
    tab = context.new_page()
    sandbox.log_in(tab, jira, jira.admin)
    sandbox.set_grant(tab, jira, "OTTER", "Schedule Issues", jira.service.shown, on=False)
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_text("Lost Schedule Issues on OTTER")).to_be_visible()
    take(page, "permissions")
    sandbox.set_grant(tab, jira, "OTTER", "Schedule Issues", jira.service.shown, on=True)
    tab.close()


def use_board(page: Page) -> None:
    """A few dependencies, so that the board shows what it is for."""
    for key, other in (("FALCON-2", "OTTER-3"), ("OTTER-4", "LYNX-2"), ("FALCON-3", "LYNX-5")):
        page.get_by_role("link", name=key, exact=True).first.locator("xpath=../..").get_by_role(
            "link"
        ).nth(1).click()
        page.get_by_text("Draw a link").click()
        page.get_by_label("This item").select_option(label="blocks")
        page.get_by_label("Other item").fill(other)
        page.get_by_role("button", name="Draw", exact=True).click()
        guide.open_board(page, PI)
    expect(page.get_by_role("table", name="Dependencies")).to_be_visible()


def in_dark(context: BrowserContext, page: Page, demo: Demo, name: str) -> None:
    context.add_cookies([{"name": "theme", "value": "dark", "url": demo.url}])
    page.reload()
    take(page, name)
    context.add_cookies([{"name": "theme", "value": "light", "url": demo.url}])
    page.reload()


def take(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.screenshot(path=TARGET / f"{name}.png")


def every_page(browser: Browser, context: BrowserContext, demo: Demo, folder: Path) -> None:
    """Whole pages, named by their addresses."""
    folder.mkdir(parents=True, exist_ok=True)
    state = context.storage_state()
    for look, size, theme in (
        ("light", SIZE, "light"),
        ("dark", SIZE, "dark"),
        ("narrow", PHONE, "light"),
    ):
        other = browser.new_context(storage_state=state, viewport=size, locale="en-GB")
        other.add_cookies([{"name": "theme", "value": theme, "url": demo.url}])
        page = other.new_page()
        for kind in tour.visited(page, demo.url, f"{demo.url}/connections/new/jira/"):
            name = re.sub(r"\W+", "-", kind).strip("-") or "home"
            page.screenshot(path=folder / f"{name}.{look}.png", full_page=True)
        other.close()


if __name__ == "__main__":
    main()
