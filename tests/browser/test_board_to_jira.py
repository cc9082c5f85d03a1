"""What a person does on the board, seen in Jira's own pages."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route, expect

from tests.almconnect.waiting import wait_for
from tests.browser import guide, sandbox
from tests.browser.demonstration import Jira
from tests.browser.guide import Board

SECONDS = 15


def test_a_card_lives_its_life(page: Page, tab: Page, board: Board, jira: Jira) -> None:
    """Created, edited, moved, linked, deleted: each step is in Jira before the next."""
    summary = guide.named("Board story")
    key = created(page, board, summary)
    seen_in_jira(tab, jira, key, summary, "Story")

    guide.card(page, board.team, summary).get_by_role("link", name=summary, exact=True).click()
    page.get_by_text("Edit", exact=True).click()
    page.get_by_label("Summary").fill(f"{summary}, edited")
    page.get_by_label("Story points").fill("13")
    page.get_by_role("button", name="Save").click()
    guide.heading(page, f"{summary}, edited")
    seen_in_jira(tab, jira, key, f"{summary}, edited", "13")

    page.get_by_text("Draw a link").click()
    page.get_by_label("This item").select_option(label="blocks")
    page.get_by_label("Other item").fill(f"{board.key}-2")
    page.get_by_role("button", name="Draw", exact=True).click()
    other = re.compile(f"^{board.key}-2 ")
    expect(page.get_by_role("listitem").get_by_role("link", name=other)).to_be_visible()
    seen_in_jira(tab, jira, key, f"{board.key}-2 ", "blocks")

    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_text(f"{key} is deleted in Jira too")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    gone = "does not exist"
    wait_for("gone", lambda: sandbox.shows(tab, f"{jira.url}/browse/{key}", gone), SECONDS)


def test_a_card_is_moved_by_the_keyboard(page: Page, tab: Page, board: Board, jira: Jira) -> None:
    summary = guide.named("Walker")
    key = created(page, board, summary)
    guide.card(page, board.team, summary).get_by_role("link", name=f"Move: {summary}").press(
        "Enter"
    )
    dialog = page.get_by_role("dialog", name="Move")
    sprint = f"{jira_team(board)} 26.4.3"
    dialog.get_by_label("Iteration").select_option(label=f"{sprint} · {board.pi}")
    dialog.get_by_role("button", name="Move").press("Enter")
    cell = guide.cell(page, board.team, sprint)
    expect(cell.get_by_role("link", name=summary, exact=True)).to_be_visible()
    wait_for("the sprint", lambda: sprint_of(tab, jira, board, key) == sprint, SECONDS)


def test_a_card_is_moved_by_dragging(page: Page, tab: Page, board: Board, jira: Jira) -> None:
    summary = guide.named("Dragged")
    key = created(page, board, summary)
    sprint = f"{jira_team(board)} 26.4.4"
    guide.card(page, board.team, summary).drag_to(guide.cell(page, board.team, sprint))
    cell = guide.cell(page, board.team, sprint)
    expect(cell.get_by_role("link", name=summary, exact=True)).to_be_visible()
    wait_for("the sprint", lambda: sprint_of(tab, jira, board, key) == sprint, SECONDS)


def test_a_look_that_is_answered_while_a_card_is_dragged_takes_it_from_no_hand(
    page: Page, tab: Page, board: Board, jira: Jira
) -> None:
    summary = guide.named("Held")
    key = created(page, board, summary)
    sprint = f"{jira_team(board)} 26.4.4"
    looks: list[Route] = []

    def hold(route: Route) -> None:
        looks.append(route) if not looks and route.request.method == "GET" else route.continue_()

    page.route(re.compile(r"/board/cells/"), hold)
    board_editing(page, board)  # so that the answer is not “nothing happened”
    wait_for("a look", lambda: page.wait_for_timeout(50) or looks, SECONDS)
    card = guide.card(page, board.team, summary)
    cell = guide.cell(page, board.team, sprint)
    card.hover()
    page.mouse.down()
    cell.hover()
    cell.hover()  # the second move is the first dragover
    with page.expect_response(re.compile(r"/board/cells/")):
        looks[0].continue_()
    page.wait_for_timeout(300)
    page.mouse.up()
    page.unroute(re.compile(r"/board/cells/"))
    moved = guide.cell(page, board.team, sprint)
    expect(moved.get_by_role("link", name=summary, exact=True)).to_be_visible()
    wait_for("the sprint", lambda: sprint_of(tab, jira, board, key) == sprint, SECONDS)


def board_editing(page: Page, board: Board) -> None:
    """Somebody else adds a card to the same board meanwhile."""
    other = page.context.new_page()
    other.goto(page.url)
    created(other, board, guide.named("Another"))
    other.close()


def created(page: Page, board: Board, summary: str) -> str:
    """A new story in the team's backlog, from its cell on the board; its key, once Jira gave it."""
    page.get_by_role("link", name=f"New work item for {board.team}, backlog").click()
    page.get_by_label("Type").select_option(label="Story")
    page.get_by_label("Summary").fill(summary)
    page.get_by_role("button", name="Create").click()
    key = guide.card(page, board.team, summary).get_by_role(
        "link", name=re.compile(f"^{board.key}-")
    )
    expect(key).to_be_visible()
    return key.inner_text()


def seen_in_jira(tab: Page, jira: Jira, key: str, *words: str) -> None:
    address = f"{jira.url}/browse/{key}"
    wait_for(f"{words} in {key}", lambda: sandbox.shows(tab, address, *words), SECONDS)


def sprint_of(tab: Page, jira: Jira, board: Board, key: str) -> str:
    tab.goto(f"{jira.url}/projects/{board.key}")
    row = tab.get_by_role("row").filter(has=tab.get_by_role("link", name=key, exact=True))
    return row.get_by_role("cell").nth(4).inner_text()


def jira_team(board: Board) -> str:
    """The sandbox names a team's sprints after its project."""
    return board.key.capitalize()
