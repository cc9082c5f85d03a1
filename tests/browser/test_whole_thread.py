"""Steps 1 to 5 of the main job in one go, on one connection by OAuth to a Cloud site.

The guide's labels are what is looked for: application link, "Authenticate", "Check & Close"; a report,
a revoked grant and the difference; a project mapped, its import seen going on; then edit, create, move
to a sprint, link and delete, from the board and from Jira.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, expect

from tests.almconnect.waiting import wait_for
from tests.browser import guide, sandbox
from tests.browser.demonstration import Demo, Jira
from tests.browser.guide import Board
from tests.browser.test_board_to_jira import created, seen_in_jira

PROJECT, PERMISSION = "LYNX", "Transition Issues"
MORE, PART = 220, 200  # with LYNX's own dozen, an import of two parts; the second is held up
SECONDS = 15
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def cloud(demo: Demo) -> Iterator[Jira]:
    """Reading the last issues of LYNX takes a while, once, so that its import can be watched."""
    jira = demo.jiras["cloud"]
    last = control(jira, "issues", project=PROJECT, count=MORE)["last"]
    control(jira, "faults", name="slow", value=5000, times=1, path="bulkfetch", body=f'"{last}"')
    yield jira
    requests.delete(f"{jira.url}/sandbox/faults", timeout=10).raise_for_status()


def control(jira: Jira, what: str, **body: object) -> dict[str, str]:
    answer = requests.post(f"{jira.url}/sandbox/{what}", json=body, timeout=60)
    answer.raise_for_status()
    return answer.json()


def test_every_step_on_one_connection(context: BrowserContext, demo: Demo, cloud: Jira) -> None:
    page, tab, name = context.new_page(), context.new_page(), guide.named("Whole thread")
    board = Board(PROJECT, guide.named("Lynxes"), guide.named("PI"))
    guide.connect_by_oauth(page, demo, name, cloud.url)
    guide.heading(page, "Setup OAuth")
    guide.authorise(context, page, cloud)
    guide.heading(page, name)
    expect(page.get_by_text(f"Acts in Jira as {cloud.service.shown}.")).to_be_visible()
    connection = page.url

    sandbox.log_in(tab, cloud, cloud.admin)
    _permissions(page, tab, cloud)
    page.goto(connection)
    _mapping(page, board)
    guide.open_board(page, board.pi)
    key = _from_the_board(page, tab, cloud, board)
    _from_jira(page, tab, cloud, board, other=key)


def _permissions(page: Page, tab: Page, jira: Jira) -> None:
    guide.open_tab(page, "#3 Permissions")
    page.get_by_role("link", name="Choose projects").click()
    page.get_by_label(PROJECT).check()
    page.get_by_role("button", name="Check permissions", exact=True).click()
    guide.heading(page, "Every required permission is held")
    sandbox.set_grant(tab, jira, PROJECT, PERMISSION, jira.service.shown, on=False)
    try:
        page.get_by_role("button", name="Run again").click()
        guide.heading(page, "1 required permission missing in 1 project")
        expect(page.get_by_text(f"Lost {PERMISSION} on {PROJECT}")).to_be_visible()
    finally:
        sandbox.set_grant(tab, jira, PROJECT, PERMISSION, jira.service.shown, on=True)
    page.get_by_role("button", name="Run again").click()
    guide.heading(page, "Every required permission is held")
    expect(page.get_by_text(f"Gained {PERMISSION} on {PROJECT}")).to_be_visible()


def _mapping(page: Page, board: Board) -> None:
    """The import is seen on the page as it goes on, without reloading."""
    guide.map_project(page, PROJECT, team=board.team, pi=board.pi)
    total = f"{MORE + 12}"
    progress = page.get_by_text(f"{PART} of {total}")
    expect(progress).to_be_visible()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_text("Live sync already works.", exact=True)).to_be_visible()
    guide.imported(page, PROJECT)
    expect(progress).to_have_count(0)
    expect(page.get_by_role("main")).to_contain_text(f"{total} issues")


def _from_the_board(page: Page, tab: Page, jira: Jira, board: Board) -> str:
    """Create, move to a sprint, edit, link; delete comes last, on Jira's side. The item's key."""
    summary = guide.named("Board story")
    key = created(page, board, summary)
    seen_in_jira(tab, jira, key, summary)
    sprint = f"{board.key.capitalize()} 26.4.3"
    guide.card(page, board.team, summary).get_by_role("link", name=f"Move: {summary}").click()
    dialog = page.get_by_role("dialog", name="Move")
    dialog.get_by_label("Iteration").select_option(label=f"{sprint} · {board.pi}")
    dialog.get_by_role("button", name="Move").click()
    cell = guide.cell(page, board.team, sprint)
    expect(cell.get_by_role("link", name=summary, exact=True)).to_be_visible()
    wait_for("the sprint", lambda: _sprint_of(tab, jira, key).startswith(sprint), SECONDS)

    cell.get_by_role("link", name=summary, exact=True).click()
    page.get_by_text("Edit", exact=True).click()
    page.get_by_label("Story points").fill("13")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Draw a link").click()
    page.get_by_label("This item").select_option(label="blocks")
    page.get_by_label("Other item").fill(f"{board.key}-2")
    page.get_by_role("button", name="Draw", exact=True).click()
    seen_in_jira(tab, jira, key, "13", f"{board.key}-2 ", "blocks")
    _delete_on_the_board(page, tab, jira, board)
    return key


def _sprint_of(tab: Page, jira: Jira, key: str) -> str:
    sandbox.open_issue(tab, jira, key)
    chosen: str = tab.get_by_label("Sprint").evaluate("one => one.selectedOptions[0].text")
    return chosen


def _delete_on_the_board(page: Page, tab: Page, jira: Jira, board: Board) -> None:
    guide.open_board(page, board.pi)
    summary = guide.named("Short-lived")
    key = created(page, board, summary)
    guide.card(page, board.team, summary).get_by_role("link", name=summary, exact=True).click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    gone = "does not exist"
    wait_for("gone", lambda: sandbox.shows(tab, f"{jira.url}/browse/{key}", gone), SECONDS)
    guide.open_board(page, board.pi)


def _from_jira(page: Page, tab: Page, jira: Jira, board: Board, other: str) -> None:
    """Create, edit, move, link and delete in Jira's pages; the open board follows by itself."""
    summary = guide.named("Jira story")
    key = sandbox.create_issue(tab, jira, board.key, summary)
    expect(guide.card(page, board.team, summary)).to_be_visible()
    edited = f"{summary}, edited"
    tab.get_by_label("Summary").fill(edited)
    tab.get_by_role("button", name="Update").click()
    expect(guide.card(page, board.team, edited)).to_be_visible()
    sprint = f"{board.key.capitalize()} 26.4.4"
    sandbox.move_to_sprint(tab, sprint)
    cell = guide.cell(page, board.team, sprint)
    expect(cell.get_by_role("link", name=edited, exact=True)).to_be_visible()
    sandbox.link_to(tab, "blocks", other)
    rows = page.get_by_role("table", name="Dependencies").get_by_role("row")
    expect(rows.filter(has_text=edited).filter(has_text=f"{other} ")).to_be_visible()
    sandbox.open_issue(tab, jira, key)
    tab.get_by_role("button", name="Delete issue").click()
    expect(guide.card(page, board.team, edited)).to_have_count(0)
